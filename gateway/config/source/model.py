"""What gateway.yaml says, as typed values. Its comments say what each means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a route does with an access token: see the comment over `routes`.
TokenRule = Literal["required", "optional", "ignored"]
TOKEN_RULES: tuple[TokenRule, ...] = ("required", "optional", "ignored")

#: How a route's files come about: see the comment over `routes`.
ExportRule = Literal["", "by_format", "always", "handed_over"]
EXPORT_RULES: tuple[ExportRule, ...] = ("", "by_format", "always", "handed_over")

#: Where a route's passwords are hashed: see the comment over `routes`.
PasswordRule = Literal["", "hashed", "handed_on"]
PASSWORD_RULES: tuple[PasswordRule, ...] = ("", "hashed", "handed_on")

#: The rate limit that every request of an address counts for, before its token is looked at.
FLOOD = "flood"


class SourceError(ValueError):
    """gateway.yaml says something that can't be served; the message says what, in one sentence."""


@dataclass(frozen=True)
class Service:
    """Who answers. ``slug`` is None when it has no admin and no schema."""

    name: str
    slug: str | None = None


@dataclass(frozen=True)
class Target:
    """Templates of addresses in one kind of run: ``unix:<path>`` or ``<host>:<port>``.

    Attributes:
        name: ``local``, ``compose`` or ``kubernetes``.
        services: of a service's instance, with ``{instance}`` and ``{run}`` in it.
        pages: of nginx, which caches an instance's pages, with ``{instance}`` or ``{port}`` in it.
        exports: of nginx before a service's files, with ``{instance}`` or ``{port}`` in it.
        exporters: of the process that makes a service's files, with ``{instance}`` in it.
        hashers: of the process that hashes a service's passwords, with ``{instance}`` in it.
        streamers: of the process that holds a service's streams open, with ``{instance}`` in it.
        inner: of web_frontend's listener.
        inner_at: where others find that listener.
        stats: of metrics and readiness.
        gateways: the name behind which all gateways are found; None when there is only one.
    """

    name: str
    services: str
    pages: str
    exports: str
    exporters: str
    hashers: str
    streamers: str
    inner: str
    inner_at: str
    stats: str
    gateways: str | None = None


@dataclass(frozen=True)
class Route:
    """An address and its owner: ``match`` is a whole path when ``exact``, otherwise a prefix up to a slash.

    Attributes:
        reads: the rate limit of safe methods.
        writes: the rate limit of all others.
        stream: it answers with server-sent events.
        cache: nginx may cache its answers.
        export: it gives files of any length.
        passwords: its writes bring a password.
        once: a read with this query parameter costs so much that it is not tried again.
    """

    match: str
    to: str
    token: TokenRule
    exact: bool = False
    reads: str = "reads"
    writes: str = "writes"
    stream: bool = False
    cache: bool = False
    export: ExportRule = ""
    passwords: PasswordRule = ""
    once: str = ""


@dataclass(frozen=True)
class Rate:
    """A bucket of ``requests`` that fills again within ``seconds``."""

    requests: int
    seconds: int

    def times(self, factor: float) -> Rate:
        """The same over the same time, more or fewer; at least one."""
        return Rate(max(1, round(self.requests * factor)), self.seconds)


@dataclass(frozen=True)
class RateLimit:
    """How often a user, and the address of an anonymous client, may ask. None: such never get so far.

    Attributes:
        session: of one of the pages' sessions, beside its address: what one person can take of a shared one.
    """

    name: str
    user: Rate | None = None
    address: Rate | None = None
    session: Rate | None = None


@dataclass(frozen=True)
class Tokens:
    """Access tokens: whose they are, and where their keys are fetched."""

    issuer: str
    audience: str
    keys_from: str
    keys_path: str
    keys_kept: int
    clock_skew: int
    operator_cookie: str
    remembered: int


@dataclass(frozen=True)
class Limits:
    """Bytes, KiB and counts."""

    body_bytes: int
    header_kib: int
    headers: int
    connections: int
    memory_mib: float
    in_flight: int
    exports: int
    exports_user: int
    passwords: int
    passwords_pages: int
    streams: int


@dataclass(frozen=True)
class Timeouts:
    """Seconds."""

    safe: float
    safe_try: float
    page_try: float
    unsafe: float
    connect: float
    stream_idle: float
    export_idle: float
    client_idle: float
    client_request: float
    service_idle: float
    drain: float


@dataclass(frozen=True)
class Cache:
    """Seconds and MiB."""

    seconds: float
    stale: float
    idle: float
    memory_mib: float
    disk_mib: float


@dataclass(frozen=True)
class Gateway:
    """The whole of gateway.yaml; ``routes`` already holds each service's admin and schema."""

    services: tuple[Service, ...]
    targets: tuple[Target, ...]
    routes: tuple[Route, ...]
    closed: tuple[str, ...]
    fallback: Route
    origins: tuple[str, ...]
    tokens: Tokens
    rate_limits: tuple[RateLimit, ...]
    counted_keys: int
    cache: Cache
    limits: Limits
    timeouts: Timeouts
    retries: int
    retry_after: int

    def target(self, name: str) -> Target:
        """The target of that name."""
        return next(target for target in self.targets if target.name == name)

    def rate_limit(self, name: str) -> RateLimit:
        """The rate limit of that name."""
        return next(limit for limit in self.rate_limits if limit.name == name)
