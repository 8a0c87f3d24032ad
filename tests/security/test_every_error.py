"""What any layer refuses (Envoy, nginx, gunicorn, Django) is a problem document or a page, with its id."""

from __future__ import annotations

import json

import pytest

from tests.security.raw import PAGE, request, send
from tests.system import System

LONG_COOKIE = f"Cookie: a={'x' * 12_000}"
FORM = "Content-Type: application/x-www-form-urlencoded"


def post(target: str, body: bytes, *headers: str) -> bytes:
    return request(target, f"Content-Length: {len(body)}", *headers, method="POST", body=body)


#: What is taken although it is unusual: name → (request, status).
EXISTING = {
    "HTTP/1.0": (request("/api/v1/instruments/AAPL", version="1.0"), 200),
    "HTTP/1.0 without a host": (b"GET /api/v1/instruments/AAPL HTTP/1.0\r\n\r\n", 200),
    "HTTP/1.0 page": (request("/", PAGE, version="1.0"), 200),
    "12 KB of cookies, a page": (request("/", LONG_COOKIE, PAGE), 200),
    "12 KB of cookies, the API": (request("/api/v1/instruments/AAPL", LONG_COOKIE), 200),
    "12 KB of cookies, an admin": (request("/admin/users/login/", LONG_COOKIE, PAGE), 200),
    "an address of 7 KB": (request(f"/?search={'x' * 60}&y={'x' * 7_000}", PAGE), 200),
    "an address of 14 KB": (request(f"/api/v1/instruments/AAPL?y={'x' * 14_000}"), 200),
    "an offer of another protocol": (
        request("/api/v1/instruments/AAPL", "Connection: Upgrade", "Upgrade: websocket"),
        200,
    ),
    "an unknown expectation": (request("/api/v1/instruments/AAPL", "Expect: 200-ok"), 200),
}

#: What is refused to a program: name → (request, status).
REFUSED = {
    "not HTTP": (b"nonsense\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 100, 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "no host": (b"GET /api/v1/instruments HTTP/1.1\r\n\r\n", 400),
    "a host that is none": (request("/api/v1/instruments/AAPL", "Host: a b"), 400),
    "two hosts": (request("/api/v1/nothing", "Host: a", "Host: b"), 421),
    "20 KB of headers": (request("/", f"Cookie: a={'x' * 20_000}"), 431),
    "80 headers": (request("/", *(f"X-{number}: a" for number in range(80))), 431),
    "two lengths": (post("/api/v1/auth/token", b"abc", "Content-Length: 4"), 400),
    "a length and chunks": (post("/api/v1/auth/token", b"0\r\n\r\n", "Transfer-Encoding: chunked"), 400),
    "no chunks": (request("/api/v1/users", "Transfer-Encoding: chunked", method="POST", body=b"zz\r\n"), 400),
    "another coding": (request("/api/v1/auth/token", "Transfer-Encoding: gzip", method="POST"), 501),
    "a body too large": (request("/api/v1/auth/token", "Content-Length: 2000000", method="POST"), 413),
    "another method": (request("/api/v1/instruments/AAPL", method="BREW"), 400),
    "a method not taken": (request("/api/v1/instruments/AAPL", method="DELETE"), 405),
    "a tunnel": (b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", 403),
    "an escaped slash": (request("/api/v1%2fusers"), 400),
    "https on an open connection": (request("https://127.0.0.1/api/v1/instruments"), 400),
    "a token of 12 KB": (request("/api/v1/account", f"Authorization: Bearer {'x' * 12_000}"), 401),
    "no such resource": (request("/api/v1/instruments/NOPE"), 404),
    "no such address": (request("/api/v1/instruments/%ff"), 404),
    "a closed address": (request("/healthz"), 404),
}

#: What is refused to a browser: name → (request, status).
REFUSED_PAGES = {
    "no such page": (request("/nothing", PAGE), 404),
    "no such file": (request("/static/nothing.css", PAGE), 404),
    "a closed address": (request("/healthz", PAGE), 404),
    "an escaped slash": (request("/a%2fb", PAGE), 400),
    "two hosts": (request("/", PAGE, "Host: a", "Host: b"), 421),
    "a method not taken": (request("/", PAGE, method="TRACE"), 405),
    "a body too large": (request("/sign-in", PAGE, "Content-Length: 2000000", method="POST"), 413),
    "a form without its token": (post("/sign-in", b"a=b", PAGE, FORM), 403),
    "a form of an admin without its token": (post("/admin/trading/login/", b"a=b", PAGE, FORM), 403),
    "an admin that is none": (request("/admin/nobody/", PAGE), 404),
    "an admin without its slash": (request("/admin/trading", PAGE), 404),
}


def named(cases: dict[str, tuple[bytes, int]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("data", "status"), cases.values(), ids=cases)


@named(EXISTING)
def test_what_is_unusual_is_answered(system: System, data: bytes, status: int) -> None:
    assert send(system.url, data).status == status


@named(REFUSED)
def test_a_program_gets_a_problem_document(system: System, data: bytes, status: int) -> None:
    answer = send(system.url, data)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = json.loads(answer.body)
    assert problem["status"] == status
    assert problem["code"]
    assert problem["trace_id"] == answer.headers["x-request-id"]


@named(REFUSED_PAGES)
@pytest.mark.parametrize(("language", "trace"), [("en", "Trace id"), ("ru", "Номер обращения")])
def test_a_browser_gets_a_page_in_its_language(
    system: System, data: bytes, status: int, language: str, trace: str
) -> None:
    head, _, body = data.partition(b"\r\n\r\n")
    data = head + f"\r\nAccept-Language: {language}\r\n\r\n".encode() + body
    answer = send(system.url, data)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    page = answer.body.decode()
    assert f'<html lang="{language}">' in page
    assert "Birzha" in page
    assert f"{trace}: {answer.headers['x-request-id']}" in page


@pytest.mark.parametrize("chunks", [(b'{"username": "nobody",', b' "password": "wrong-one"}'), (b"{}",)])
def test_each_service_reads_chunked_bodies(system: System, chunks: tuple[bytes, ...]) -> None:
    sent = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    headers = ("Transfer-Encoding: chunked", "Content-Type: application/json")
    answer = send(system.url, request("/api/v1/auth/token", *headers, method="POST", body=sent))
    assert answer.status == (401 if len(chunks) == 2 else 400), answer.body
