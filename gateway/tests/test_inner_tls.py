"""The services on another host: everything of theirs goes over one port, by TLS both ways."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.config.addresses import ServicesHost
from gateway.runtime.admin import Admin
from gateway.runtime.ingress import ADMIN_SOCKET, render_ingress
from gateway.tests.running import System, made
from gateway.tests.tokens import bearer
from gateway.tests.upstream import Upstream
from servicekit.testing.certificates import self_signed, signed
from servicekit.testing.ports import free_port
from servicekit.testing.waiting import wait

HOST = "127.0.0.1"


@dataclass
class TwoHosts:
    """Both, each with a folder of its own.

    Attributes:
        edge: the gateway, nginx and the pages.
        services: what is behind the ingress.
        port: the ingress's.
        folder: of the authority and the certificates.
    """

    edge: System
    services: System
    port: int
    folder: Path

    @property
    def own(self) -> tuple[Path, Path]:
        """The gateway's certificate and key."""
        return self.folder / "edge.crt", self.folder / "edge.key"

    def context(self, certificate: tuple[Path, Path] | None = None) -> ssl.SSLContext:
        """A client that checks the ingress's certificate, and shows one of its own, if it has any."""
        context = ssl.create_default_context(cafile=self.folder / "authority.crt")
        context.check_hostname = False  # the name is that of a process
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def asked(self, context: ssl.SSLContext, process: str = "trading") -> bytes:
        """What the ingress answers to a request for a process; raises OSError when it refuses."""
        with (
            socket.create_connection((HOST, self.port), timeout=60) as plain,
            context.wrap_socket(plain, server_hostname=process) as tls,
        ):
            tls.sendall(b"GET /readyz HTTP/1.1\r\nHost: inside\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: tls.recv(65536), b""))


@pytest.fixture(scope="module")
def hosts() -> Iterator[TwoHosts]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw")))
        authority = self_signed(folder, "authority", organization="authority")
        own, theirs = (signed(folder, authority, HOST, organization=name) for name in ("edge", "services"))
        for name in ("a", "b"):
            (folder / name).mkdir()
        edge, services = made(folder / "a", rates=1000), made(folder / "b")
        services.start_services()
        for upstream in services.services.values():
            stack.callback(upstream.stop)
        port = free_port()
        processes = tuple(name for name in services.services if name not in ("web", "web-stream"))
        files = (*theirs, authority[0])
        bootstrap = render_ingress(folder / "b" / "etc", services.run_dir, f"{HOST}:{port}", processes, files)
        log = stack.enter_context((folder / "ingress.log").open("ab"))
        command = [sys.executable, "-m", "gateway.runtime.hot_restart", "--config", str(bootstrap.parent)]
        ingress = subprocess.Popen(command, stdout=log, stderr=log)
        stack.callback(ingress.wait, 60)
        stack.callback(ingress.terminate)
        wait(Admin(services.run_dir / ADMIN_SOCKET).answers, "the ingress is not up")
        for name in ("web", "web-stream"):
            upstream = Upstream(name, edge.run_dir / f"{name}.sock")
            edge.services[name] = upstream
            upstream.start()
            stack.callback(upstream.stop)
        edge.services_host = ServicesHost(HOST, port, processes, folder / "a" / "etc")
        edge.inner_certificate = (*own, authority[0])
        stack.enter_context(edge.envoy())
        edge.wait_until_it_has_keys()
        yield TwoHosts(edge, services, port, folder)


def test_every_kind_of_request_gets_over(hosts: TwoHosts) -> None:
    signed_in = bearer("somebody")
    with hosts.edge.outside() as visitor:
        asked = {
            "trading": visitor.get("/api/v1/orders", headers=signed_in),
            "user-passwords": visitor.post("/api/v1/auth/token", json={}),
            "market": visitor.get("/api/v1/instruments"),  # by nginx
            "billing-exports": visitor.get("/api/v1/operations?format=csv", headers=signed_in),  # by nginx
            "web": visitor.get("/"),
        }
    assert {name: (answer.status_code, answer.json()["service"]) for name, answer in asked.items()} == {
        name: (200, name) for name in asked
    }
    assert asked["market"].headers["x-cache"] == "MISS"


def test_who_has_no_certificate_of_the_authority_is_refused(hosts: TwoHosts) -> None:
    assert hosts.asked(hosts.context(hosts.own)).startswith(b"HTTP/1.1 200")
    before = hosts.services.reached()
    with pytest.raises(OSError):
        hosts.asked(hosts.context())
    with pytest.raises(OSError):
        hosts.asked(hosts.context(self_signed(hosts.folder, HOST, organization="stranger")))
    with pytest.raises(OSError):
        hosts.asked(hosts.context(hosts.own), "web")  # which is not there
    with socket.create_connection((HOST, hosts.port), timeout=60) as plain:
        plain.sendall(b"GET /readyz HTTP/1.1\r\nHost: trading\r\nConnection: close\r\n\r\n")
        with suppress(ConnectionResetError):
            assert not plain.recv(65536)
    assert hosts.services.reached() == before


def test_a_host_with_another_certificate_is_not_spoken_to_until_it_has_its_own(hosts: TwoHosts) -> None:
    """What is renewed is taken without a restart."""
    authority = hosts.folder / "authority.crt", hosts.folder / "authority.key"
    theirs = hosts.folder / "services.crt", hosts.folder / "services.key"
    kept = [file.read_bytes() for file in theirs]

    def shown() -> bytes:
        with (
            socket.create_connection((HOST, hosts.port), timeout=60) as plain,
            hosts.context(hosts.own).wrap_socket(plain, server_hostname="trading") as tls,
        ):
            return tls.getpeercert(binary_form=True) or b""

    def status() -> int:
        with hosts.edge.outside() as visitor:
            return visitor.get("/api/v1/notifications", headers=bearer("somebody")).status_code

    before = shown()
    other = signed(hosts.folder, authority, "127.0.0.2", organization="other")
    for file, new in zip(theirs, other, strict=True):
        file.write_bytes(new.read_bytes())
    wait(lambda: shown() != before, "the new certificate is not used")
    assert status() == 503
    for file, old in zip(theirs, kept, strict=True):
        file.write_bytes(old)
    wait(lambda: status() == 200, "the certificate is not believed again")
