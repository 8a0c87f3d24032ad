"""PostgreSQL and Redis of one's own, by address, in place of the containers that come with the system.

An address says where and as whom (``BIRZHA_POSTGRES_SERVER=postgresql://admin@db.example.org:5432``). The
password is the secret that the container would have had (``BIRZHA_SECRET_POSTGRES``), so addresses are
choices like any other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from compose.local.console import CommandError
from compose.system import EVENTS, POSTGRES, SESSIONS, SUPERUSER

#: Where ``configure`` finds the authorities that have signed the servers' certificates: own-….yaml mounts it.
AUTHORITIES = Path("/etc/birzha/servers-ca.pem")

_POSTGRES_EXAMPLE = "postgresql://admin@db.example.org:5432"
_REDIS_EXAMPLE = "rediss://default@redis.example.org:6379"


@dataclass(frozen=True)
class OwnServer:
    """One of them.

    Attributes:
        user: who makes roles and databases, or Redis's users.
        has_tls: it is spoken to by TLS, and its certificate must be of its name.
    """

    host: str
    port: int
    user: str
    has_tls: bool


@dataclass(frozen=True)
class OwnServers:
    """Those that are elsewhere, by the name of the server that they stand for.

    Attributes:
        shared_user: in Redis everybody is this user, as it lets nobody make others; "": each has its own.
    """

    by_name: Mapping[str, OwnServer] = field(default_factory=dict)
    shared_user: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> OwnServers:
        """What BIRZHA_POSTGRES_SERVER, BIRZHA_REDIS_SERVER and BIRZHA_SESSIONS_SERVER say.

        Raises:
            CommandError: an address that cannot be.
        """
        found = {}
        for name in (POSTGRES.name, EVENTS.name, SESSIONS.name):
            variable = f"BIRZHA_{name.upper()}_SERVER"
            if text := environment.get(variable, "").strip():
                read = _postgres if name == POSTGRES.name else _redis
                found[name] = read(variable, text)
        if (EVENTS.name in found) != (SESSIONS.name in found):
            raise CommandError(
                "BIRZHA_REDIS_SERVER and BIRZHA_SESSIONS_SERVER are given together, or neither."
            )
        users = environment.get("BIRZHA_REDIS_USERS", "").strip() or "own"
        if users not in ("own", "shared"):
            raise CommandError(f"BIRZHA_REDIS_USERS={users}: it is either own or shared.")
        shared = found[EVENTS.name].user if users == "shared" and EVENTS.name in found else ""
        return cls(found, shared)

    def passwords(self, passwords: Mapping[str, str]) -> dict[str, str]:
        """Every secret by its name, as these servers know them."""
        if not self.shared_user:
            return dict(passwords)
        return {
            name: passwords["redis.admin"] if name.startswith("redis.") else value
            for name, value in passwords.items()
        }

    @property
    def have_tls(self) -> bool:
        """Whether any of them is spoken to by TLS."""
        return any(server.has_tls for server in self.by_name.values())


def authorities(environment: Mapping[str, str] = os.environ) -> str:
    """The authorities that the servers' certificates are checked by, PEM: BIRZHA_SERVERS_CA_PEM, or the file.

    Raises:
        CommandError: there are none.
    """
    text = environment.get("BIRZHA_SERVERS_CA_PEM", "")
    if not text and AUTHORITIES.is_file():
        text = AUTHORITIES.read_text(encoding="utf-8")
    if "BEGIN CERTIFICATE" not in text:
        raise CommandError(
            "A server of your own is spoken to by TLS, and nothing says whose certificates to believe: give "
            "BIRZHA_SERVERS_CA, the path of a PEM file, with own-postgres.yaml or own-redis.yaml in "
            "COMPOSE_FILE; on Kubernetes BIRZHA_SERVERS_CA_PEM, its text."
        )
    return text


def _postgres(variable: str, text: str) -> OwnServer:
    parts = _parts(text, "postgresql", "postgres")
    mode = parse_qs(parts.query).get("sslmode", ["verify-full"])[-1] if parts else ""
    if parts is None or mode not in ("verify-full", "disable"):
        raise CommandError(
            f"{variable} must be as {_POSTGRES_EXAMPLE}: then it is spoken to by TLS, and its certificate is "
            "checked. With ?sslmode=disable neither."
        )
    _no_password(variable, parts, "BIRZHA_SECRET_POSTGRES")
    return OwnServer(parts.hostname or "", parts.port or 5432, parts.username or SUPERUSER, mode != "disable")


def _redis(variable: str, text: str) -> OwnServer:
    parts = _parts(text, "redis", "rediss")
    if parts is None or parts.query:
        raise CommandError(
            f"{variable} must be as {_REDIS_EXAMPLE}: then it is spoken to by TLS, and its certificate is "
            "checked. With redis:// neither."
        )
    _no_password(variable, parts, "BIRZHA_SECRET_REDIS_ADMIN")
    has_tls = parts.scheme == "rediss"
    return OwnServer(parts.hostname or "", parts.port or 6379, parts.username or "default", has_tls)


def _parts(text: str, *schemes: str) -> SplitResult | None:
    """An address of a host; None: it is none."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:  # a port, or an address of IPv6, that is none
        return None
    return parts if good and parts.path in ("", "/") and not parts.fragment else None


def _no_password(variable: str, parts: SplitResult, secret: str) -> None:
    if parts.password is not None:
        raise CommandError(f"{variable} has a password in it, which belongs to {secret}.")
