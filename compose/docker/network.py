"""Where things are when every process has a host of its own, and how its container is told.

``python -m compose.docker.network`` lists the folders of the image that are its own user's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from compose.local.own_servers import AUTHORITIES, OwnServers
from compose.system import EVENTS, GATEWAY, POSTGRES, SESSIONS, WEB_SERVERS, RedisServer
from compose.system.environment import secrets

PORT = 8000
#: web_frontend's listener, whose word for who asks is trusted (gateway.yaml).
INNER_PORT = 8001
POSTGRES_PORT, REDIS_PORT = 5432, 6379
#: nginx's host, as gateway.yaml has it.
CACHE = "cache"
#: So many of each process may run at once (``--scale``): PostgreSQL lets their roles have the connections.
REPLICAS = 4
#: Where the code is, what is kept, and what lives as long as its container.
CODE, KEPT, RUN = Path("/app"), Path("/var/lib/birzha"), Path("/run/birzha")
#: BIRZHA_HOME in every container: in its ``etc`` a service finds its own environment, and no other's.
HOME = KEPT / "home"
KEYS, MAILBOX = KEPT / "keys", HOME / "mailbox"
#: The authorities that servers of one's own are checked by, as every process finds them.
AUTHORITIES_COPY = HOME / "etc" / AUTHORITIES.name
#: Where ``configure`` finds each service's ``etc``.
SERVICES_ETC = KEPT / "services"
#: What ``configure`` writes for servers that are not ours.
GATEWAY_FILES, REDIS_FILES = Path("/etc/birzha/gateway"), Path("/etc/birzha/redis")


class Network:
    """See :class:`compose.system.environment.Endpoints`.

    Args:
        own: the servers that are elsewhere.
    """

    keys = str(KEYS)

    def __init__(self, own: OwnServers | None = None) -> None:
        self.own = own or OwnServers()

    @property
    def database(self) -> tuple[str, str]:
        server = self.own.postgres
        return (server.host, server.port) if server else (POSTGRES.name, str(POSTGRES_PORT))

    @property
    def database_ca(self) -> str:
        server = self.own.postgres
        return str(AUTHORITIES_COPY) if server and server.has_tls else ""

    def http(self, process: str, path: str = "") -> str:
        return f"http://{process}:{INNER_PORT if process == GATEWAY.name else PORT}{path}"

    def redis(self, server: RedisServer, user: str, password: str) -> str:
        elsewhere = self.own.redis_url(server, user, password, AUTHORITIES_COPY)
        return elsewhere or f"redis://{user}:{password}@{server.name}:{REDIS_PORT}/0"

    def metrics(self, process: str) -> str:
        return str(RUN / f"{process}.sock")


def variable_of(secret: str) -> str:
    """The variable that a secret is given by: ``BIRZHA_SECRET_REDIS_TRADING`` for ``redis.trading``."""
    return f"BIRZHA_SECRET_{secret.upper().replace('.', '_')}"


def secrets_from(environment: Mapping[str, str]) -> dict[str, str]:
    """Every secret by its name.

    Raises:
        KeyError: one is not there; names its variable.
    """
    return {name: environment[variable_of(name)] for name in secrets()}


def folders() -> list[Path]:
    """The folders that volumes cover, those that are made first before those within them."""
    kept = [KEPT, HOME, HOME / "etc", MAILBOX, KEYS, SERVICES_ETC, RUN]
    kept += [SERVICES_ETC / service.name for service in WEB_SERVERS]
    files = [GATEWAY_FILES.parent, GATEWAY_FILES, REDIS_FILES]
    return [*kept, *files, *(REDIS_FILES / server.name for server in (EVENTS, SESSIONS))]


if __name__ == "__main__":
    print("\n".join(map(str, folders())))
