"""A request reaches a service only when it is whole, with a Content-Length, whatever a client made of it."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from gateway.tests.running import System
from gateway.tests.tokens import bearer

LIMIT = 131_072


def begun(system: System) -> int:
    """How many requests any service has begun to read."""
    return sum(service.begun for service in system.services.values())


@pytest.mark.parametrize(
    "head",
    [
        "POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\nabc",
        "POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n28\r\nabc",
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "POST /admin/users/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "POST /api/v1/auth/token HTTP/1.0\r\nContent-Length: 40\r\n\r\n",
        "GET /api/v1/instruments HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "GET /api/v1/quotes/stream HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
    ],
)
def test_what_is_not_whole_reaches_no_service(system: System, anybody: httpx.Client, head: str) -> None:
    before = begun(system)
    with ExitStack() as opened:
        for _ in range(8):
            half = opened.enter_context(socket.create_connection(("127.0.0.1", system.port), timeout=20))
            half.sendall(head.encode())
        time.sleep(0.3)
        assert begun(system) == before
        assert anybody.get("/").status_code == 200
    time.sleep(0.1)
    assert begun(system) == before + 1


@pytest.mark.parametrize("listener", ["outside", "inside"])
@pytest.mark.parametrize("size", [0, 1, 70_000, LIMIT])
def test_chunks_arrive_as_one_body_with_its_length(
    request: pytest.FixtureRequest, listener: str, size: int
) -> None:
    client: httpx.Client = request.getfixturevalue(listener)
    body = b"x" * size
    answer = client.post("/api/v1/orders", content=(body[at : at + 1000] for at in range(0, size, 1000)))
    assert answer.json()["body_bytes"] == size
    assert answer.json()["headers"].get("content-length", "0") == str(size)
    assert "transfer-encoding" not in answer.json()["headers"]


@pytest.mark.parametrize("expects", ["", "Expect: 100-continue\r\n"])
def test_a_body_announced_too_large_is_refused_at_once(system: System, expects: str) -> None:
    head = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\n{expects}Content-Length: {LIMIT + 1}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", system.port), timeout=20) as connection:
        connection.sendall(head.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"HTTP/1.1 413 " in answer  # not 408, as when a slow client is given up after 2 s
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["code"] == "body_too_large"


@pytest.mark.parametrize(
    "head",
    [
        "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
        "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n",
    ],
)
def test_what_is_refused_anyway_is_refused_before_it_is_whole(system: System, head: str) -> None:
    with socket.create_connection(("127.0.0.1", system.port), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000)[9:12] in (b"403", b"404", b"401")  # not 408, after 2 s


def test_a_client_that_expects_100_continue_gets_it(system: System) -> None:
    head = "POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", system.port), timeout=20) as connection:
        connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"abc")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"body_bytes": 3' in answer
    assert b'"expect"' not in answer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Expect", "200-ok"),
        ("Upgrade", "websocket"),
        ("Upgrade", "h2c"),
    ],
)
def test_what_nobody_here_can_do_is_passed_over(system: System, name: str, value: str) -> None:
    connection = "Connection: Upgrade, close" if name == "Upgrade" else "Connection: close"
    head = f"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\n{connection}\r\n{name}: {value}\r\n"
    status, _, body = system.raw(f"{head}Authorization: {bearer()['Authorization']}\r\n\r\n".encode())
    assert status == 200
    assert not {"expect", "upgrade"} & set(json.loads(body)["headers"])


def exchanged(system: System, *requests: str) -> list[bytes]:
    """The answers on one connection, until it is closed."""
    with socket.create_connection(("127.0.0.1", system.port), timeout=20) as connection:
        connection.sendall("".join(requests).encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).split(b"HTTP/1.")[1:]


def test_http_1_0_is_taken_and_its_connection_closed(system: System) -> None:
    for host in ("", "Host: birzha.test\r\n"):
        (answer,) = exchanged(system, f"GET /api/v1/instruments?do=large HTTP/1.0\r\n{host}\r\n")
        assert b" 200 OK" in answer
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"transfer-encoding" not in head.lower()
        assert json.loads(body)["service"] == "market"


def test_http_1_0_keeps_its_connection_only_on_request(system: System) -> None:
    kept = "GET /api/v1/instruments HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"
    last = "GET / HTTP/1.0\r\nHost: x\r\n\r\n"
    first, second = exchanged(system, kept, last)
    assert b"connection: keep-alive" in first.lower()
    assert b'"service": "market"' in first
    assert b'"service": "web"' in second
    assert len(exchanged(system, last, last)) == 1


def test_http_1_0_posts_a_form(system: System) -> None:
    (answer,) = exchanged(system, "POST /sign-in HTTP/1.0\r\nContent-Length: 3\r\n\r\na=b")
    assert b'"body_bytes": 3' in answer
