"""The file ``etc/<service>.env`` of each service: everything that a process must know.

Two more are for people and checks: ``auditor.env`` (reads every database and stream) and
``operator.env`` (the first operator's name and password, and the public address).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compose.local import kept_servers, postgres, valkey
from compose.local.hosts import BEHIND_INGRESS, Part
from compose.local.paths import Home, write_private
from compose.local.settings import Settings
from compose.system import AUDITOR, GATEWAY, WEB_SERVERS, RedisServer
from compose.system.environment import (
    OPERATOR,
    Endpoints,
    auditor_variables,
    operator_variables,
    service_variables,
)


@dataclass(frozen=True)
class Sockets:
    """Where things are found, mostly on this machine: see :class:`compose.system.environment.Endpoints`."""

    home: Home

    @property
    def database(self) -> tuple[str, str]:
        server = kept_servers.postgres_of(self.home)
        return (server.host, server.port) if server else (str(self.home.run), str(postgres.PORT))

    @property
    def database_ca(self) -> str:
        server = kept_servers.postgres_of(self.home)  # a socket is nobody's network
        return str(kept_servers.authorities_file(self.home)) if server and server.has_tls else ""

    @property
    def keys(self) -> str:
        return str(self.home.secrets / "jwt")

    def http(self, process: str, path: str = "") -> str:
        if process in BEHIND_INGRESS and not kept_servers.part_of(self.home).has_services:
            process = GATEWAY.name  # which knows where it is
        return f"unix:{self.home.socket(process)}{path and ':'}{path}"

    def redis(self, server: RedisServer, user: str, password: str) -> str:
        return valkey.url(self.home, user, password, server)

    def metrics(self, process: str) -> str:
        return str(self.home.socket(process))


def write(
    home: Home, settings: Settings, passwords: Mapping[str, str], endpoints: Endpoints | None = None
) -> None:
    """Write every file, mode 0600.

    Args:
        endpoints: where things are; when not given, on this machine's sockets.
    """
    part = Part()
    if endpoints is None:
        endpoints, passwords = Sockets(home), kept_servers.of(home).passwords(passwords)
        part = kept_servers.part_of(home)
    url = settings.public_url
    for service in WEB_SERVERS:
        if part.has(service.processes()[0]):
            write_one(home, service.name, service_variables(service, endpoints, passwords, settings.chosen))
    if not part.has_services:
        return
    write_one(home, AUDITOR, auditor_variables(endpoints, passwords, url))
    write_one(home, OPERATOR, {"BIRZHA_PUBLIC_URL": url, **operator_variables(passwords)})


def read(home: Home, name: str) -> dict[str, str]:
    """The values of ``etc/<name>.env``."""
    lines = (home.etc / f"{name}.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write_one(home: Home, name: str, values: Mapping[str, str]) -> None:
    """Write ``etc/<name>.env``."""
    text = "".join(f"{key}={value}\n" for key, value in values.items())
    write_private(home.etc / f"{name}.env", "# Written by every start.\n" + text)
