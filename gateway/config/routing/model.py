"""What the gateway does with a request, decided: typed values, rendered for Envoy and for nginx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.config.source import TokenRule

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
#: Of them, those whose answers may be cached.
CACHEABLE_METHODS = ("GET", "HEAD")

#: Who answers in a service's name: itself; the process that holds its streams open; nginx, which keeps its
#: pages; nginx before its files, which a process of its own makes (files) or which it has handed over; the
#: process that hashes its passwords; or itself with so many threads and no more, where it hands passwords on.
UpstreamKind = Literal["service", "stream", "pages", "files", "handed_over", "hashed", "handed_on"]
#: Which version: the first; the canary; or each user's own, by the canary's share.
UpstreamVersion = Literal["stable", "canary", "shared"]


@dataclass(frozen=True)
class Match:
    """Which requests a rule is for: everything that is said here must hold.

    Attributes:
        address: the whole path when ``exact``, otherwise what it begins with, up to a slash.
        methods: one of these; none of them means any.
        without_token: nobody is signed in by a header.
        without_cookie: nor by a cookie.
        parameter: the query has this parameter, with this ``value`` unless that is empty.
        accepts: the content type is among those that are accepted.
        version: an operator asks for the canary, ``always``, or for the stable version, ``never``.
    """

    address: str
    exact: bool = False
    methods: tuple[str, ...] = ()
    without_token: bool = False
    without_cookie: bool = False
    parameter: str = ""
    value: str = ""
    accepts: str = ""
    version: Literal["", "always", "never"] = ""


@dataclass(frozen=True)
class Upstream:
    """Where a request goes on to."""

    service: str
    kind: UpstreamKind = "service"
    version: UpstreamVersion = "stable"


@dataclass(frozen=True)
class Reply:
    """The gateway answers by itself, at once: it waits for no body."""

    status: int


@dataclass(frozen=True)
class Retry:
    """When a request is sent again.

    Attributes:
        on: what has become of it, in Envoy's words.
        times: at most.
        try_s: seconds that one try may take; None: as long as all together.
        elsewhere: to the next in line: the other version, or the service instead of nginx.
    """

    on: tuple[str, ...]
    times: int
    try_s: float | None = None
    elsewhere: bool = False


@dataclass(frozen=True)
class RouteRule:
    """One rule: which requests, where they go on to, and under what conditions.

    Attributes:
        token: what an access token must be.
        limit: the rate limit that a request counts for.
        timeout_s: for all tries together; 0: as long as it takes.
        idle_timeout_s: without a byte; None: as long as any connection.
        retry: None: it is sent once.
        cached: answers of this address may be cached: one that was not says so (X-Cache: BYPASS).
    """

    match: Match
    to: Upstream | Reply
    token: TokenRule
    limit: str
    timeout_s: float = 0
    idle_timeout_s: float | None = None
    retry: Retry | None = None
    cached: bool = False


@dataclass(frozen=True)
class RouteTable:
    """All rules; the first that matches wins."""

    rules: Sequence[RouteRule]

    def services(self, *kinds: UpstreamKind) -> tuple[str, ...]:
        """The services to which some rule leads in one of these ways, in the order of the rules."""
        found = [rule.to for rule in self.rules if isinstance(rule.to, Upstream)]
        return tuple(dict.fromkeys(to.service for to in found if to.kind in kinds))
