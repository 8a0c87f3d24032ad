"""A system on several hosts: what each is told, what runs there, and what is refused."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compose.local import environment, kept_servers, secrets, services_host
from compose.local.console import CommandError
from compose.local.hosts import BEHIND_INGRESS, Part
from compose.local.paths import Home
from compose.local.processes import PROCESSES, usual_processes
from compose.local.settings import Settings
from servicekit.testing.certificates import self_signed, signed

COMMON = {
    "BIRZHA_PUBLIC_URL": "https://birzha.example.org", "BIRZHA_SERVICES_ADDRESS": "10.0.0.6",
    "BIRZHA_INNER_TLS_CERT": "/tls/own.pem", "BIRZHA_INNER_TLS_KEY": "/tls/own.key",
    "BIRZHA_INNER_TLS_CA": "/tls/ca.pem",
}  # fmt: skip
#: What only makes sense where both are.
TOGETHER = {"canary-controller"}


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[dict[str, Home]]:
    """Of both hosts, as far as a start has written them before anything runs."""
    with tempfile.TemporaryDirectory(prefix="birzha-") as short:
        made = {}
        for part in ("services", "edge"):
            home = made[part] = Home.at(Path(short) / part)
            home.create(for_tests=True)
            settings = Settings.read(home, {**COMMON, "BIRZHA_PARTS": part})
            kept_servers.keep(home, settings.servers, {})
            environment.write(home, settings, secrets.load(home))
            home.write_state(**settings.state)
        yield made


def test_each_process_runs_on_one_of_the_hosts(homes: dict[str, Home]) -> None:
    here = {part: {process.name for process in usual_processes(home)} for part, home in homes.items()}
    every = {process.name for process in PROCESSES}
    assert here["services"] | here["edge"] == (every - TOGETHER) | {"ingress"}
    assert not here["services"] & here["edge"]
    assert {"gateway", "nginx", "web", "web-stream", "sessions"} == here["edge"]


def test_both_hosts_know_each_others_cookies_and_no_secret_is_shared(homes: dict[str, Home]) -> None:
    suffixes = {
        part: environment.read(home, name)["BIRZHA_COOKIE_SUFFIX"]
        for name, (part, home) in zip(("user", "web"), homes.items(), strict=True)
    }
    assert len(set(suffixes.values())) == 1
    files = {part: {file.name for file in home.etc.glob("*.env")} for part, home in homes.items()}
    assert files["edge"] == {"web.env"}
    assert "web.env" not in files["services"]
    keys = environment.read(homes["edge"], "web")["BIRZHA_JWKS_URL"]
    assert keys == f"unix:{homes['edge'].socket('gateway')}:/.well-known/jwks.json"


def test_a_host_refuses_what_is_done_on_the_other(homes: dict[str, Home]) -> None:
    services, edge = (kept_servers.part_of(homes[part]) for part in ("services", "edge"))
    with pytest.raises(CommandError, match="make check is done on the services' host"):
        edge.require("check")
    with pytest.raises(CommandError, match="make gateway-reload is done on the gateway's host"):
        services.require("gateway-reload")
    for part in (services, edge):
        part.require("status")
        with pytest.raises(CommandError, match="make canary is for a system on one host"):
            part.require("canary")
    services.require("check")
    edge.require("gateway-reload")
    Part().require("canary")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"BIRZHA_PARTS": "all"}, "BIRZHA_PARTS=all: it is either services or edge"),
        ({"BIRZHA_PARTS": ""}, "BIRZHA_SERVICES_ADDRESS and .* need BIRZHA_PARTS=services or edge"),
        ({"BIRZHA_INNER_TLS_KEY": ""}, "BIRZHA_PARTS=services needs BIRZHA_INNER_TLS_KEY, too"),
        ({"BIRZHA_INNER_TLS_CA": "", "BIRZHA_SERVICES_ADDRESS": ""}, "BIRZHA_SERVICES_ADDRESS and .*_CA"),
        ({"BIRZHA_PUBLIC_URL": ""}, "needs BIRZHA_PUBLIC_URL, the same on both hosts"),
        ({"BIRZHA_SERVICES_ADDRESS": "10.0.0.6:x"}, "must be the services' host and the port"),
        ({"BIRZHA_SERVICES_ADDRESS": "https://10.0.0.6"}, "must be the services' host and the port"),
        ({"BIRZHA_SERVICES_ADDRESS": "services.example.org"}, "must be an address of this host"),
        ({"BIRZHA_SESSIONS_SERVER": "redis://admin@10.0.0.5"}, "belongs to the gateway's host"),
        (
            {"BIRZHA_PARTS": "edge", "BIRZHA_REDIS_SERVER": "redis://admin@10.0.0.5"},
            "belong to the services' host",
        ),
        ({"BIRZHA_PARTS": "edge", "BIRZHA_BACKUP_EVERY_H": "24"}, "BIRZHA_BACKUP_EVERY_H is for"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    changed: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=sentence):
        Settings.read(Home.at(tmp_path), {**COMMON, "BIRZHA_PARTS": "services", **changed})


def test_an_address_may_be_a_name_and_a_port_for_the_gateway(tmp_path: Path) -> None:
    changed = {"BIRZHA_PARTS": "edge", "BIRZHA_SERVICES_ADDRESS": "services.example.org:9443"}
    part = Part.read(Settings.read(Home.at(tmp_path), {**COMMON, **changed}).servers)
    assert (part.host, part.port) == ("services.example.org", 9443)
    part = Part.read(Settings.read(Home.at(tmp_path), {**COMMON, "BIRZHA_PARTS": "edge"}).servers)
    assert (part.host, part.port) == ("10.0.0.6", 8443)


@contextmanager
def answering(certificate: tuple[Path, Path], authority: Path) -> Iterator[int]:
    """Somebody who speaks TLS and says one line; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED

    def answer() -> None:
        connection, _ = listening.accept()
        with connection, context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(4096)
            tls.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(60)


def test_the_gateways_host_says_whose_certificate_is_wrong(tmp_path: Path) -> None:
    authority = self_signed(tmp_path, "authority", organization="authority")
    own = signed(tmp_path, authority, "edge", organization="edge")
    for names, problem in (
        (("127.0.0.1",), ""),
        (
            ("127.0.0.2", "other.example.org"),
            "its certificate is of 127.0.0.2, other.example.org, not of 127.0.0.1",
        ),
    ):
        theirs = signed(tmp_path, authority, *names, organization="services")
        with answering(theirs, authority[0]) as port:
            part = Part("edge", "127.0.0.1", port, (*own, authority[0]))
            found = services_host.problem(part)
        assert sorted(found.replace(",", "").split()) == sorted(problem.replace(",", "").split())
    assert BEHIND_INGRESS[0] == "user"
