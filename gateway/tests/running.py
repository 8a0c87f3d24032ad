"""A real Envoy and nginx, rendered from the real gateway.yaml, with small real servers behind them."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import yaml

from gateway.config.addresses import ServicesHost
from gateway.config.names import passwords_cluster, stream_cluster
from gateway.config.routing import route_table
from gateway.config.site import Site
from gateway.config.source import SOURCE_FILE, load
from gateway.runtime.canary_traffic import CanaryTraffic
from gateway.runtime.envoy import command
from gateway.runtime.render import render
from gateway.tests.nginx import Nginx
from gateway.tests.tokens import KEYS_PATH, jwks
from gateway.tests.upstream import Upstream
from servicekit.testing.ports import free_port
from servicekit.testing.waiting import wait

Change = Callable[[dict[str, Any]], Any]


@dataclass
class System:
    """The gateway and what stands behind it.

    Attributes:
        folder: where everything of it is.
        port: the public port.
        source: its gateway.yaml.
        rates: multiplies the rate limits; None turns them off.
        gateways: of all gateways that share the limits; empty for a single one.
        services: what stands behind it, by name.
        site: how the outside reaches it.
        certificate: of the public port and its key, if it has one.
        bind: the address that it listens on.
        services_host: where the services are, when they are on another.
        inner_certificate: by which that one knows it, its key, and the authorities of both.
    """

    folder: Path
    port: int
    source: Path
    rates: float | None = 1.0
    gateways: tuple[str, ...] = ()
    services: dict[str, Upstream] = field(default_factory=dict)
    site: Site = field(default_factory=Site)
    certificate: tuple[Path, Path] | None = None
    bind: str = "127.0.0.1"
    services_host: ServicesHost | None = None
    inner_certificate: tuple[Path, Path, Path] | None = None

    @property
    def run_dir(self) -> Path:
        return self.folder / "run"

    @cached_property
    def nginx(self) -> Nginx:
        """The nginx that keeps pages."""
        return Nginx(self.folder / "etc" / "nginx.conf", self.run_dir)

    @property
    def traffic(self) -> CanaryTraffic:
        """What its Envoy sends to canaries."""
        return CanaryTraffic(self.folder / "etc", self.run_dir, source=self.source)

    def outside(self, address: str | None = None) -> httpx.Client:
        """A client of the public port; one that comes from an address of 127.0.0.0/8, if it is to."""
        transport = httpx.HTTPTransport(local_address=address, verify=False)
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", transport=transport, timeout=20)

    def through(self, name: str) -> httpx.Client:
        """A client of one of the gateway's unix sockets."""
        transport = httpx.HTTPTransport(uds=str(self.run_dir / name), verify=False)
        return httpx.Client(base_url="http://inside", transport=transport, timeout=20)

    def raw(self, request: bytes, address: str = "") -> tuple[int, dict[str, str], bytes]:
        """Send these very bytes, from an address if one is given.

        Returns:
            Status, headers (lower case) and body.
        """
        public = ("127.0.0.1", self.port)
        with socket.create_connection(public, timeout=20, source_address=(address, 0)) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def get_raw(self, target: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        """GET a target exactly as written: no client tidies it up."""
        lines = [f"GET {target} HTTP/1.1", "Host: birzha.test", "Connection: close", *headers]
        return self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def log_lines(self) -> list[dict[str, Any]]:
        """The access log so far."""
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]

    def stats(self) -> dict[str, float]:
        """Envoy's own counters and gauges."""
        with self.through("gateway-admin.sock") as admin:
            lines = admin.get("/stats?format=text").text.splitlines()
        pairs = (line.rsplit(": ", 1) for line in lines if ": " in line)
        return {name: float(value) for name, value in pairs if value.isdigit()}

    def reached(self) -> int:
        """How many requests have reached any service, fetched keys aside."""
        requests = [path for service in self.services.values() for _, path in service.requests]
        return sum(path != KEYS_PATH for path in requests)

    def render(self) -> Path:
        """Write the configuration anew; Envoy takes it by itself."""
        return render(
            out=self.folder / "etc",
            run_dir=self.run_dir,
            port=self.port,
            bind=self.bind,
            log=str(self.folder / "access.log"),
            source=self.source,
            rate_limits=self.rates,
            gateways=self.gateways,
            site=self.site,
            certificate=self.certificate,
            services_host=self.services_host,
            inner_certificate=self.inner_certificate,
        )

    def start_services(self) -> None:
        """Start a small server for every service; user_service publishes the key ``first``."""
        gateway = load(self.source)
        table, names = route_table(gateway), [service.name for service in gateway.services]
        for name in (
            *names,
            *(f"{name}-exports" for name in table.services("files")),
            *map(passwords_cluster, table.services("hashed")),
            *map(stream_cluster, table.services("stream")),
        ):
            upstream = Upstream(name, self.run_dir / f"{name}.sock")
            self.services[name] = upstream
            upstream.start()
        self.services["user"].documents[KEYS_PATH] = jwks("first")

    @contextmanager
    def envoy(self) -> Iterator[subprocess.Popen[bytes]]:
        """Envoy with its nginx, from its being up until the end."""
        with (self.folder / "envoy.log").open("ab") as log:
            bootstrap = self.render()
            self.nginx.start()
            process = subprocess.Popen(command(bootstrap, concurrency=1), stdout=log, stderr=log)
            try:
                self.wait_until_up(process)
                yield process
            finally:
                process.terminate()
                process.wait(60)
                self.nginx.stop()

    def wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        """Asks as a visitor whom no test knows: nobody's rate limit is spent."""
        headers = {"X-Forwarded-For": "192.0.2.1", "Host": next(iter(self.site.hosts), "inside")}
        log = self.folder / "envoy.log"

        def is_up() -> bool:
            assert process.poll() is None, log.read_text()
            try:
                with (
                    socket.create_connection(("127.0.0.1", self.port)),
                    self.through("gateway.sock") as client,
                ):
                    return client.get("/", headers=headers).status_code == 200
            except (OSError, httpx.HTTPError):
                return False

        wait(is_up, f"Envoy is not up, see {log}")

    def wait_until_it_has_keys(self) -> None:
        """Until then it refuses every token; it is up before, on a machine that is busy."""
        fetched = "http.public.jwt_authn.jwks_fetch_success"
        wait(lambda: self.stats().get(fetched), f"Envoy has no keys, see {self.folder / 'envoy.log'}")


def made(
    folder: Path, change: Change = lambda raw: None, *, rates: float | None = 1.0, site: Site | None = None
) -> System:
    """A system that is not started yet.

    Args:
        folder: where it may write.
        change: what is different in its gateway.yaml.
        rates: multiplies the rate limits; None turns them off.
        site: how the outside reaches it.
    """
    (folder / "run").mkdir()
    raw = yaml.safe_load(SOURCE_FILE.read_text(encoding="utf-8"))
    change(raw)
    source = folder / "gateway.yaml"
    source.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return System(folder, free_port(), source, rates, site=site or Site())


@contextmanager
def running(system: System) -> Iterator[System]:
    """The system with its services, up."""
    system.start_services()
    try:
        with system.envoy():
            system.wait_until_it_has_keys()
            yield system
    finally:
        for upstream in system.services.values():
            upstream.stop()
