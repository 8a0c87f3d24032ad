"""A certificate given to Envoy: TLS and HTTP/2 for everybody, plain HTTP for this machine."""

from __future__ import annotations

import http.client
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.config.site import Site
from gateway.config.source import SourceError
from gateway.runtime import certificate_watch
from gateway.runtime.certificate import write_certificate
from gateway.tests.running import System, made, running
from servicekit.testing.certificates import self_signed
from servicekit.testing.waiting import wait

PROXY = "127.0.0.8"


@pytest.fixture(scope="module")
def secured() -> Iterator[System]:
    """A gateway with TLS, and a proxy that it believes."""
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        folder = Path(name)
        system = made(folder, rates=1000)
        system.site = Site(public_url=f"https://localhost:{system.port}", proxies=(PROXY,))
        system.certificate = self_signed(folder, "localhost", organization="first")
        with running(system):
            yield system


def client(system: System, address: str | None = None) -> httpx.Client:
    """One that trusts the gateway's certificate and no other."""
    assert system.certificate
    context = ssl.create_default_context(cafile=system.certificate[0])
    limits = httpx.Limits(keepalive_expiry=60)
    transport = httpx.HTTPTransport(local_address=address, verify=context, limits=limits)
    return httpx.Client(base_url=f"https://localhost:{system.port}", transport=transport, timeout=20)


def handshake(system: System, *protocols: str) -> tuple[str, str | None]:
    """Whose certificate is shown, and which protocol is chosen."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    with (
        socket.create_connection(("127.0.0.1", system.port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        shown = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
        organization = shown.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
        return str(organization), tls.selected_alpn_protocol()


def test_everybody_speaks_tls(secured: System) -> None:
    with client(secured, "127.0.3.1") as stranger:
        answer = stranger.get("/", headers={"X-Forwarded-For": "203.0.113.7"})
        headers = answer.json()["headers"]
    assert (headers["x-forwarded-proto"], headers["x-forwarded-for"]) == ("https", "127.0.3.1")
    assert headers["host"] == f"localhost:{secured.port}"
    assert answer.headers["strict-transport-security"]


def test_http2_is_spoken_by_who_wants_it(secured: System) -> None:
    assert handshake(secured, "h2", "http/1.1")[1] == "h2"
    assert handshake(secured, "http/1.1")[1] == "http/1.1"


def test_old_versions_of_tls_are_not(secured: System) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secured.port), timeout=60) as plain, pytest.raises(OSError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_this_machine_goes_on_in_plain_http(secured: System) -> None:
    with secured.outside() as machine:
        assert machine.get("/").json()["headers"]["x-forwarded-proto"] == "https"


def test_a_trusted_proxy_may_speak_plain_http_and_tls(secured: System) -> None:
    for proxy in (secured.outside(PROXY), client(secured, PROXY)):
        with proxy:
            headers = proxy.get("/", headers={"X-Forwarded-For": "203.0.113.7"}).json()["headers"]
        assert headers["x-forwarded-for"] == "203.0.113.7"


def test_others_are_sent_to_https() -> None:
    own = own_address()
    if not own:
        pytest.skip("this machine has no address but its loopback")
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        system = made(Path(name), rates=1000)
        system.bind = "0.0.0.0"
        system.site = Site(public_url=f"https://birzha.example.org:{system.port}")
        system.certificate = self_signed(Path(name), "localhost", organization="first")
        with running(system):
            before = system.reached()
            connection = http.client.HTTPConnection(own, system.port, source_address=(own, 0), timeout=60)
            connection.request("GET", "/instruments?page=2", headers={"Host": own})
            answer = connection.getresponse()
            wanted = f"https://birzha.example.org:{system.port}/instruments?page=2"
            assert (answer.status, answer.getheader("Location")) == (301, wanted)
            assert system.reached() == before


def test_a_new_certificate_is_taken_without_a_restart(secured: System) -> None:
    assert secured.certificate
    first = secured.certificate
    assert handshake(secured)[0] == "first"
    try:
        with client(secured) as open_before:
            assert open_before.get("/").status_code == 200
            secured.certificate = self_signed(secured.folder, "localhost", organization="second")
            secured.render()
            wait(lambda: handshake(secured)[0] == "second", "the new certificate is not shown")
            assert open_before.get("/").status_code == 200
        with client(secured) as now:
            assert now.get("/").status_code == 200
    finally:
        secured.certificate = first
        secured.render()


def test_a_renewed_certificate_is_found_by_itself(
    secured: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert secured.certificate
    first = secured.certificate
    secured.certificate = lives = (tmp_path / "live.crt", tmp_path / "live.key")
    for file, live in zip(first, lives, strict=True):
        live.symlink_to(file)
    try:
        secured.render()
        monkeypatch.setattr(certificate_watch, "POLL_INTERVAL_S", 0.1)
        certificate_watch.watch(secured.folder / "etc")
        time.sleep(0.3)
        # As certbot does: one link after the other; in between they do not belong together.
        for file, live in zip(self_signed(tmp_path, "localhost", organization="renewed"), lives, strict=True):
            live.unlink()
            time.sleep(0.3)
            live.symlink_to(file)
            time.sleep(0.3)
        wait(lambda: handshake(secured)[0] == "renewed", "the renewed certificate is not shown")
    finally:
        secured.certificate = first
        secured.render()


def test_the_key_is_for_its_owner_only(secured: System) -> None:
    file = secured.folder / "etc" / "sds" / "certificate.json"
    assert file.stat().st_mode & 0o077 == 0


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    one, other = (self_signed(tmp_path, "localhost", organization=name) for name in ("one", "other"))
    write_certificate(tmp_path, *one)
    before = (tmp_path / "sds" / "certificate.json").read_bytes()
    (tmp_path / "empty").touch()
    for files in ((one[0], other[1]), (one[0], tmp_path / "empty"), (tmp_path / "missing", one[1])):
        with pytest.raises(SourceError, match="cannot be used"):
            write_certificate(tmp_path, *files)
    assert (tmp_path / "sds" / "certificate.json").read_bytes() == before


def own_address() -> str:
    """An address of this machine that is not its loopback; "" when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return ""
        address = str(probe.getsockname()[0])
        return "" if address.startswith("127.") else address
