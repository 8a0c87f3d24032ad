"""PostgreSQL and Redis of one's own, by address, in place of those that come with the system.

An address says where and as whom (``BIRZHA_POSTGRES_SERVER=postgresql://admin@db.example.org:5432``). The
password is the secret that the system's own would have had (``BIRZHA_SECRET_POSTGRES``), so addresses are
choices like any other. Several hosts are one PostgreSQL and its replicas, or the Sentinels of one Redis.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from compose.local.console import CommandError
from compose.system import EVENTS, POSTGRES, SESSIONS, SUPERUSER, RedisServer

#: The choices, by their variables' names without BIRZHA_ and in small letters.
CHOICES = ("postgres_server", "redis_server", "sessions_server", "redis_users", "servers_ca")
#: Where ``configure`` finds the authorities that have signed the servers' certificates: own-….yaml mounts it.
AUTHORITIES = Path("/etc/birzha/servers-ca.pem")

_POSTGRES_EXAMPLE = "postgresql://admin@db.example.org:5432"
_REDIS_EXAMPLE = "rediss://default@redis.example.org:6379"
#: Where one listens whose address does not say.
POSTGRES_PORT, REDIS_PORT, SENTINEL_PORT = 5432, 6379, 26379
_SENTINELS = ("redis+sentinel", "rediss+sentinel")


@dataclass(frozen=True)
class OwnServer:
    """One of them.

    Attributes:
        places: hosts and ports: of PostgreSQL and its replicas, in any order; of Redis, or its Sentinels.
        user: who makes roles and databases, or Redis's users.
        has_tls: it is spoken to by TLS, and its certificate must be of its name.
        master: what Sentinels call it; "": it has none.
    """

    places: tuple[tuple[str, int], ...]
    user: str
    has_tls: bool
    master: str = ""

    @property
    def host(self) -> str:
        """As libpq has it: ``a``, or ``a,b``."""
        return ",".join(host for host, _ in self.places)

    @property
    def port(self) -> str:
        """As libpq has it: ``5432``, or ``5432,5432``."""
        return ",".join(str(port) for _, port in self.places)

    def __str__(self) -> str:
        return ",".join(f"{f'[{host}]' if ':' in host else host}:{port}" for host, port in self.places)

    def redis_url(self, user: str, password: str, authorities: Path) -> str:
        """How redis-py connects, see ``servicekit/redis_address.py``."""
        scheme = f"{'rediss' if self.has_tls else 'redis'}{'+sentinel' if self.master else ''}"
        address = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{self}/{self.master or '0'}"
        if not self.has_tls:
            return address
        return f"{address}?ssl_cert_reqs=required&ssl_check_hostname=true&ssl_ca_certs={authorities}"


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
        on_one_host = not environment.get("BIRZHA_PARTS")
        if on_one_host and (EVENTS.name in found) != (SESSIONS.name in found):
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
    def postgres(self) -> OwnServer | None:
        """PostgreSQL, if it is elsewhere."""
        return self.by_name.get(POSTGRES.name)

    def redis_url(self, server: RedisServer, user: str, password: str, authorities: Path) -> str:
        """How ``user`` connects to a Redis that is elsewhere; "": it is not."""
        own = self.by_name.get(server.name)
        return own.redis_url(self.shared_user or user, password, authorities) if own else ""

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
    for file in (AUTHORITIES, Path(environment.get("BIRZHA_SERVERS_CA") or os.devnull)):
        try:
            if not text and file.is_file():
                text = file.read_text(encoding="utf-8")
        except (OSError, ValueError):  # who runs the system may not read it, or it is no text
            continue
    if "BEGIN CERTIFICATE" not in text:
        raise CommandError(
            "A server of your own is spoken to by TLS, and nothing says whose certificates to believe: give "
            "BIRZHA_SERVERS_CA, the path of a PEM file that everybody may read, in containers with "
            "own-postgres.yaml or own-redis.yaml in COMPOSE_FILE; on Kubernetes BIRZHA_SERVERS_CA_PEM, its "
            "text."
        )
    return text


def _postgres(variable: str, text: str) -> OwnServer:
    parts, places = _parts(text, POSTGRES_PORT, "postgresql", "postgres")
    mode = parse_qs(parts.query).get("sslmode", ["verify-full"])[-1] if parts else ""
    if parts is None or parts.path not in ("", "/") or mode not in ("verify-full", "disable"):
        raise CommandError(
            f"{variable} must be as {_POSTGRES_EXAMPLE}: then it is spoken to by TLS, and its certificate is "
            "checked. With ?sslmode=disable neither. Its replicas' hosts follow after commas."
        )
    _no_password(variable, parts, "BIRZHA_SECRET_POSTGRES")
    return OwnServer(places, parts.username or SUPERUSER, mode != "disable")


def _redis(variable: str, text: str) -> OwnServer:
    by_sentinels = text.startswith(_SENTINELS)
    port = SENTINEL_PORT if by_sentinels else REDIS_PORT
    parts, places = _parts(text, port, *(_SENTINELS if by_sentinels else ("redis", "rediss")))
    master = parts.path.strip("/") if parts else ""
    several = len(places) > 1
    if parts is None or parts.query or bool(master) != by_sentinels or (several and not by_sentinels):
        raise CommandError(
            f"{variable} must be as {_REDIS_EXAMPLE}: then it is spoken to by TLS, and its certificate is "
            "checked. With redis:// neither. By Sentinels it is as "
            "rediss+sentinel://default@a.example.org,b.example.org/the-master-s-name."
        )
    _no_password(variable, parts, "BIRZHA_SECRET_REDIS_ADMIN")
    return OwnServer(places, parts.username or "default", parts.scheme.startswith("rediss"), master)


def _parts(text: str, port: int, *schemes: str) -> tuple[SplitResult | None, tuple[tuple[str, int], ...]]:
    """An address of one or more hosts, and these with their ports; None: it is none."""
    try:
        parts = urlsplit(text)
        each = parts.netloc.rpartition("@")[2].split(",")
        found = [urlsplit(f"//{place}") for place in each]
        places = tuple((place.hostname or "", port if place.port is None else place.port) for place in found)
    except ValueError:  # a port, or an address of IPv6, that is none
        return None, ()
    good = parts.scheme in schemes and not parts.fragment and all(host and number for host, number in places)
    return (parts, places) if good else (None, ())


def _no_password(variable: str, parts: SplitResult, secret: str) -> None:
    if parts.password is not None:
        raise CommandError(f"{variable} has a password in it, which belongs to {secret}.")
