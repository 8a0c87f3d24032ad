"""Where everything listens in one run: the templates of gateway.yaml's target, filled in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gateway.config.names import canary_cluster
from gateway.config.routing import RouteTable, route_table
from gateway.config.source import Gateway, SourceError, Target

#: sockaddr_un on Linux holds 108 bytes with the closing zero.
LONGEST_SOCKET_PATH = 107

#: Of nginx in a container: where the first version's pages are, and each next one's behind it.
PAGES_PORT = 8100
#: And where it gives the first service's files.
EXPORTS_PORT = 8200

#: Envoy's admin is a socket in every target: nobody but a person at the machine opens it.
ADMIN_SOCKET = "gateway-admin.sock"


@dataclass(frozen=True)
class ServicesHost:
    """The host of the services where it is another than this: all of them behind one port, by TLS both ways.

    Attributes:
        host: its name or address, of which its certificate must be.
        port: where its ingress listens.
        processes: the names of those that answer there.
        certificates: the folder of the rendered files, with ours.
    """

    host: str
    port: int
    processes: tuple[str, ...]
    certificates: Path

    @property
    def place(self) -> str:
        """``<host>:<port>``."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True)
class Addresses:
    """Addresses of one run, as text: ``unix:<path>`` or ``<host>:<port>``.

    Attributes:
        target: where to look.
        run_dir: the folder of the sockets.
        gateways: of every gateway of the system; empty when this is the only one.
        services_host: where the services are when they are not here; their sockets here lead there.
    """

    target: Target
    run_dir: Path
    gateways: tuple[str, ...] = ()
    services_host: ServicesHost | None = None

    @classmethod
    def of(
        cls,
        target: Target,
        run_dir: Path,
        gateways: tuple[str, ...] = (),
        services_host: ServicesHost | None = None,
    ) -> Addresses:
        """The addresses of a target; its gateways by their common name, unless each is given."""
        named = gateways or ((target.gateways,) if target.gateways else ())
        return cls(target, run_dir, named, services_host)

    def elsewhere(self, place: str) -> str:
        """Whose socket this would be if that process were here, by its name; "": it is, or it is nobody's."""
        name = Path(place).stem
        return name if self.services_host and name in self.services_host.processes else ""

    @property
    def local(self) -> bool:
        """Whether all of it is on this machine, on sockets."""
        return self.target.services.startswith("unix:")

    def service(self, instance: str) -> str:
        """Where an instance of a service listens: ``trading``, or ``trading-canary`` beside it."""
        return self.target.services.format(instance=instance, run=self.run_dir)

    def pages(self, table: RouteTable, instance: str) -> str:
        """Where nginx answers with an instance's pages."""
        instances = [name for service in table.services("pages") for name in _versions(service)]
        port = PAGES_PORT + instances.index(instance)
        return self.target.pages.format(instance=instance, run=self.run_dir, port=port)

    def exports(self, table: RouteTable, service: str) -> str:
        """Where nginx gives a service's files."""
        port = EXPORTS_PORT + table.services("files", "handed_over").index(service)
        return self.target.exports.format(instance=service, run=self.run_dir, port=port)

    def exporter(self, service: str) -> str:
        """Where the process listens that makes a service's files."""
        return self.target.exporters.format(instance=service, run=self.run_dir)

    def hasher(self, service: str) -> str:
        """Where the process listens that hashes a service's passwords."""
        return self.target.hashers.format(instance=service, run=self.run_dir)

    def streamer(self, service: str) -> str:
        """Where the process listens that holds a service's streams open."""
        return self.target.streamers.format(instance=service, run=self.run_dir)

    @property
    def inner_at(self) -> str:
        """Where nginx finds web_frontend's listener."""
        return self.target.inner_at.format(run=self.run_dir)

    @property
    def inner(self) -> str:
        """web_frontend's listener."""
        return self.target.inner.format(run=self.run_dir)

    @property
    def stats(self) -> str:
        """Metrics and readiness."""
        return self.target.stats.format(run=self.run_dir)

    @property
    def admin(self) -> str:
        """Envoy's admin."""
        return f"unix:{self.run_dir / ADMIN_SOCKET}"

    def check(self, gateway: Gateway) -> None:
        """Refuse sockets that no system can open.

        Raises:
            SourceError: a socket's path is too long.
        """
        table, names = route_table(gateway), [service.name for service in gateway.services]
        addresses = [self.service(instance) for name in names for instance in _versions(name)]
        pages = [
            self.pages(table, name) for instance in table.services("pages") for name in _versions(instance)
        ]
        files = [self.exports(table, name) for name in table.services("files", "handed_over")]
        files += map(self.exporter, table.services("files"))
        hashers = map(self.hasher, table.services("hashed"))
        streamers = map(self.streamer, table.services("stream"))
        for place in [*addresses, *pages, *files, *hashers, *streamers, self.inner, self.stats, self.admin]:
            path = place.removeprefix("unix:")
            if place.startswith("unix:") and len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
                raise SourceError(
                    f"{path} is too long for a unix socket: at most {LONGEST_SOCKET_PATH} bytes"
                )


def _versions(service: str) -> tuple[str, str]:
    return service, canary_cluster(service)
