"""What the services and clients see of the public address, trusted proxies and host names."""

from __future__ import annotations

import http.client
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.config.site import Site
from gateway.config.source import SourceError
from gateway.tests.running import System, made, running
from gateway.tests.tokens import token

PUBLIC = "https://birzha.example.org"
PROXY = "127.0.0.8"
SECOND_PROXY = "127.9.9.9"


@contextmanager
def gateway(site: Site, **more: Any) -> Iterator[System]:
    """A gateway of a test's own, which the outside reaches like this."""
    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), rates=1000, site=site, **more)) as system,
    ):
        yield system


@pytest.fixture(scope="module")
def public() -> Iterator[System]:
    """One with a public address and no proxy that it believes."""
    with gateway(Site(public_url=PUBLIC)) as system:
        yield system


@pytest.fixture(scope="module")
def proxied() -> Iterator[System]:
    """One that believes two proxies."""
    with gateway(Site(proxies=(PROXY, "127.9.0.0/16"))) as system:
        yield system


def seen(client: httpx.Client, path: str = "/", **headers: str) -> dict[str, str]:
    """The headers that the service gets."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["headers"]


@pytest.mark.parametrize("path", ["/", "/api/v1/instruments", "/admin/market/", "/api/v1/quotes/stream"])
@pytest.mark.parametrize("host", ["birzha.example.org", "127.0.0.1:8000", "evil.example"])
def test_every_service_sees_the_public_address(public: System, path: str, host: str) -> None:
    for client in (public.outside(), public.through("gateway.sock")):
        with client:
            headers = seen(client, path, Host=host)
        assert (headers["x-forwarded-proto"], headers["host"]) == ("https", "birzha.example.org")


def test_browsers_are_redirected_to_https(public: System) -> None:
    with public.outside() as client:
        for path, status in (("/", 200), ("/healthz", 404), ("/api/v1/orders", 401)):
            answer = client.get(path)
            assert answer.status_code == status
            assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_without_a_public_address_it_is_the_clients(system: System) -> None:
    with system.outside() as client:
        headers = seen(client, Host="birzha.test:8000")
        assert (headers["x-forwarded-proto"], headers["host"]) == ("http", "birzha.test:8000")
        assert "strict-transport-security" not in client.get("/").headers


def test_a_trusted_proxy_speaks_for_its_visitors(proxied: System) -> None:
    with proxied.outside(PROXY) as proxy:
        address = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "Host": "b.example"}
        headers = seen(proxy, **address)
        assert headers["x-forwarded-for"] == "203.0.113.7"
        assert (headers["x-forwarded-proto"], headers["host"]) == ("https", "b.example")
        # What the visitor had written stands before what the proxies add.
        assert seen(proxy, **{"X-Forwarded-For": "10.1.1.1, 203.0.113.7"})["x-forwarded-for"] == "203.0.113.7"
        behind_two = {"X-Forwarded-For": f"203.0.113.7, {SECOND_PROXY}"}
        assert seen(proxy, **behind_two)["x-forwarded-for"] == "203.0.113.7"
        headers = seen(proxy)
        assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == (PROXY, "http")


@pytest.mark.parametrize(
    "address", ["nonsense", "", "203.0.113.7, nonsense", "999.1.1.1", "203.0.113.7:80:80"]
)
def test_an_unreadable_address_is_nobodys(proxied: System, address: str) -> None:
    with proxied.outside(PROXY) as proxy:
        assert seen(proxy, **{"X-Forwarded-For": address})["x-forwarded-for"] == PROXY


def test_a_proxy_says_nothing_else(proxied: System) -> None:
    sent = [
        "X-Forwarded-Host",
        "X-Real-Ip",
        "Forwarded",
        "X-Forwarded-Port",
        "X-Forwarded-User",
        "X-User-Id",
        "X-Birzha-User",
    ]
    with proxied.outside(PROXY) as proxy:
        headers = seen(proxy, **dict.fromkeys(sent, "forged"))
        assert not {name.lower() for name in sent} & set(headers)


def test_from_anybody_else_it_changes_nothing(proxied: System) -> None:
    with proxied.outside("127.0.0.9") as stranger:
        address = {
            "X-Forwarded-For": "203.0.113.7",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "b.example",
        }
        headers = seen(stranger, Host="birzha.test", **address)
        assert headers["x-forwarded-for"] == "127.0.0.9"
        assert (headers["x-forwarded-proto"], headers["host"]) == ("http", "birzha.test")


def test_only_known_hosts_are_answered() -> None:
    site = Site(hosts=("birzha.test", "127.0.0.1", "[::1]"))
    with gateway(site) as system, system.outside() as client:
        for host in ("birzha.test", "BIRZHA.test:8000", "127.0.0.1:1", "[::1]:8000"):
            assert client.get("/", headers={"Host": host}).status_code == 200, host
        before = system.reached()
        for path in ("/", "/api/v1/instruments", "/healthz", "/admin/users/"):
            for host in ("evil.example", "birzha.test.evil.example", "127.0.0.1.nip.io", "localhost."):
                answer = client.get(path, headers={"Host": host, "Accept-Language": "ru"})
                assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host"), (path, host)
                assert answer.headers["content-type"] == "application/problem+json"
        assert system.reached() == before


def test_cookies_are_called_as_the_system_wants() -> None:
    site = Site(operator_cookie="__Host-birzha_operator_abc")
    with gateway(site) as system, system.outside() as client:
        signed_in = token("olga", scope="customer operator")
        for name, status in (("__Host-birzha_operator_abc", 200), ("birzha_operator", 401)):
            answer = client.get("/api/v1/orders", headers={"Cookie": f"{name}={signed_in}"})
            assert answer.status_code == status, name


@pytest.mark.parametrize(
    "wrong", [{"public_url": "birzha.example.org"}, {"public_url": "ftp://a"}, {"proxies": ("10.0.0.1/8",)}]
)
def test_nonsense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        Site(**wrong)


def test_every_answer_of_its_own_has_the_security_headers(system: System) -> None:
    def answers() -> Iterator[tuple[int, dict[str, str]]]:
        yield system.get_raw("/")[:2]
        yield system.get_raw("/healthz")[:2]
        yield system.get_raw("/api/v1/orders")[:2]
        yield system.get_raw("/a%2Fb")[:2]
        yield system.get_raw("/", "Accept: text/html", "X" * 20_000 + ": y")[:2]
        yield system.raw(b"garbage\r\n\r\n")[:2]

    found = {}
    for status, headers in answers():
        found[status] = headers
        assert headers["x-content-type-options"] == "nosniff", status
        assert "geolocation=()" in headers["permissions-policy"], status
        assert status == 200 or headers["x-frame-options"] == "DENY"
    assert set(found) == {200, 404, 401, 400, 431}


def test_every_answer_has_one_policy_of_what_it_may_load(system: System) -> None:
    def policy(target: str, *headers: str) -> str:
        lines = [f"GET {target} HTTP/1.1", "Host: birzha.test", "Connection: close", *headers]
        answer = raw_headers(system, ("\r\n".join(lines) + "\r\n\r\n").encode())
        for name in ("x-content-type-options", "permissions-policy", "content-security-policy"):
            assert len(answer[name]) == 1, (target, name, answer[name])
        return answer["content-security-policy"][0]

    for target in ("/", "/admin/market/", "/api/v1/instruments", "/api/v1/quotes/stream"):
        assert "script-src 'self'; style-src 'self'" in policy(target), target
        assert "unsafe-inline" not in policy(target).replace("style-src-attr 'unsafe-inline'", "")
    for target in ("/healthz", "/api/v1/orders", "/a%2Fb"):
        assert policy(target).startswith("default-src 'none'; frame"), target


def raw_headers(system: System, request: bytes) -> dict[str, list[str]]:
    """The headers of an answer, each with all of its values."""
    with socket.create_connection(("127.0.0.1", system.port), timeout=20) as connection:
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        found: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            found.setdefault(name.lower(), []).append(value)
        return found
