"""What a hostile or careless client sends, and what is left of it when it reaches a service."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from gateway.tests.running import System
from gateway.tests.tokens import bearer

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def seen(answer: httpx.Response) -> dict[str, Any]:
    """The headers that the service got."""
    assert answer.status_code == 200, answer.text
    return answer.json()["headers"]


@pytest.mark.parametrize(
    "name",
    [
        "X-User-Id",
        "X-User-Scope",
        "X-Envoy-Upstream-Rq-Timeout-Ms",
        "X-Envoy-Max-Retries",
        "X-Envoy-Original-Path",
        "X-Envoy-Force-Trace",
        "X-Birzha-Anything",
        "X-Real-Ip",
        "Forwarded",
        "X-Forwarded-Host",
        "X-Forwarded-Port",
    ],
)
def test_internal_headers_of_a_client_are_removed(anybody: httpx.Client, name: str) -> None:
    value = "6b7e4f42-1111-4222-8333-444455556666"
    headers = seen(anybody.get("/api/v1/instruments", headers={name: value}))
    assert name.lower() not in headers
    assert value not in headers.values()


def test_authorization_cookie_host_and_language_pass(outside: httpx.Client) -> None:
    sent = {**bearer(), "Cookie": "a=b", "Host": "birzha.test", "Accept-Language": "ru"}
    headers = seen(outside.get("/api/v1/orders", headers=sent))
    assert {name: headers[name.lower()] for name in sent} == sent


def test_visitors_address_is_the_connections_not_what_he_claims(outside: httpx.Client) -> None:
    for claim in ("10.0.0.1", "10.0.0.1, 8.8.8.8", "garbage"):
        headers = seen(outside.get("/", headers={"X-Forwarded-For": claim}))
        assert headers["x-forwarded-for"] == "127.0.0.1"
    headers = seen(outside.get("/", headers={"X-Forwarded-Proto": "https"}))
    assert headers["x-forwarded-proto"] == "http"


def test_every_request_gets_a_fresh_id(outside: httpx.Client) -> None:
    mine = "6b7e4f42-1111-4222-8333-444455556666"
    answers = [outside.get("/api/v1/orders", headers={"X-Request-Id": mine}) for _ in range(3)]
    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == 3
    assert mine not in ids
    for answer in answers:
        assert UUID.fullmatch(answer.headers["X-Request-Id"])
        assert seen(answer)["x-request-id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/", "/api/v1/orders?do=fail&status=500", "/api/nothing", "/healthz"])
def test_every_response_carries_its_id(outside: httpx.Client, path: str) -> None:
    assert UUID.fullmatch(outside.get(path).headers["X-Request-Id"])


@pytest.mark.parametrize(
    ("target", "arrives"),
    [
        ("/api/v1/../v1/orders", "/api/v1/orders"),
        ("//api//v1///orders", "/api/v1/orders"),
        ("/api/v1/users/../orders", "/api/v1/orders"),
        ("/api/v1/%6frders", "/api/v1/orders"),
        ("/x/%2e%2e/api/v1/orders", "/api/v1/orders"),
        ("/api/v1/./orders", "/api/v1/orders"),
    ],
)
def test_an_address_has_one_spelling(system: System, target: str, arrives: str) -> None:
    status, _, body = system.get_raw(target, f"Authorization: {bearer()['Authorization']}")
    assert (status, json.loads(body)["path"]) == (200, arrives)
    assert json.loads(body)["service"] == "trading"


@pytest.mark.parametrize(
    "target",
    [
        "/x/../healthz",
        "//healthz",
        "/./metrics",
        "/%68ealthz",
        "/%6d%65trics",
        "/api/v1/users/%2e%2e/%2e%2e/%2e%2e/metrics",
        "/readyz/",
        "/healthz?",
        "/healthz#x",
    ],
)
def test_no_spelling_opens_a_closed_address(system: System, target: str) -> None:
    before = {name: len(service.requests) for name, service in system.services.items()}
    status, _, _ = system.get_raw(target)
    assert status in {400, 404}
    assert {name: len(service.requests) for name, service in system.services.items()} == before


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/api/v1/orders%2f1", ()),
        ("/api/v1/orders%5C1", ()),
        ("/api/v1%2Forders", ()),
        ("/api/v1/orders/%00", ()),
        ("/api/v1/orders", ("X_User_Id: 1",)),
        ("/api/v1/orders", ("Authorization_: Bearer x",)),
    ],
)
def test_ambiguous_requests_are_refused(system: System, target: str, headers: tuple[str, ...]) -> None:
    reached = len(system.services["trading"].requests)
    status, answered, body = system.get_raw(target, *headers)
    assert status == 400
    assert len(system.services["trading"].requests) == reached
    assert_bad_request(answered, body)


def assert_bad_request(headers: dict[str, str], body: bytes) -> None:
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    assert (problem["code"], problem["trace_id"]) == ("bad_request", headers["x-request-id"])
    assert UUID.fullmatch(problem["trace_id"])


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET /api/v1/orders HTTP/1.1\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\n"
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
    ],
)
def test_broken_http_never_reaches_a_service(system: System, request_bytes: bytes) -> None:
    reached = len(system.services["trading"].requests)
    status, headers, body = system.raw(request_bytes)
    assert status == 400
    assert len(system.services["trading"].requests) == reached
    assert_bad_request(headers, body)


def test_what_has_no_words_of_its_own_is_a_problem_too(system: System) -> None:
    status, headers, body = system.raw(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n")
    problem = json.loads(body)
    assert (status, problem["status"], problem["code"]) == (501, 501, "request_refused")
    assert problem["trace_id"] == headers["x-request-id"]


def test_a_body_up_to_the_limit_passes(outside: httpx.Client) -> None:
    assert outside.post("/api/v1/orders", content=b"x" * 131_072).json()["body_bytes"] == 131_072


@pytest.mark.parametrize("size", [131_073, 2 * 1_048_576])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_larger_body_is_a_413_problem(outside: httpx.Client, size: int, chunked: bool) -> None:
    body = b"x" * size
    pieces = (body[at : at + 65536] for at in range(0, size, 65536))
    answer = outside.post("/api/v1/orders", content=pieces if chunked else body)
    assert answer.status_code == 413
    problem = answer.json()
    assert (problem["code"], problem["status"]) == ("body_too_large", 413)
    assert "131072" in problem["detail"]
    assert problem["trace_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "headers",
    [{"X-Long": "x" * 20_000}, {f"X-Number-{number}": "x" for number in range(80)}],
    ids=["too long", "too many"],
)
def test_too_many_headers_are_a_431(outside: httpx.Client, headers: dict[str, str]) -> None:
    answer = outside.get("/api/v1/orders", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")
    assert answer.json()["trace_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("rest", [b"X-Head", b"Content-Length: 10\r\n\r\nabc"], ids=["headers", "body"])
def test_a_client_that_never_finishes_its_request_gets_a_408(system: System, rest: bytes) -> None:
    status, _, body = system.raw(b"POST /api/v1/users HTTP/1.1\r\nHost: x\r\n" + rest)
    assert (status, json.loads(body)["code"]) == (408, "request_timeout")


PAGE = "Accept: text/html,*/*"


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("/a%2fb", (), 400),
        ("/a%00b", (), 400),
        ("/healthz", (), 404),
        ("/sign-in", (f"Content-Length: {2 * 1_048_576}",), 413),
        ("/admin/users/login/", (f"Content-Length: {2 * 1_048_576}",), 413),
        ("/api/docs/", (f"Content-Length: {2 * 1_048_576}",), 413),
    ],
)
def test_a_request_for_a_page_is_refused_with_a_page(
    system: System, target: str, headers: tuple[str, ...], status: int
) -> None:
    for language, title in (("en", "<h1>"), ("ru", "Номер обращения")):
        got, answered, body = system.get_raw(target, *headers, PAGE, f"Accept-Language: {language}")
        assert (got, answered["content-type"]) == (status, "text/html; charset=utf-8")
        page = body.decode()
        assert f'<html lang="{language}">' in page
        assert title in page
        assert answered["x-request-id"] in page
        assert f'<p class="code">{status}</p>' in page
        assert "default-src 'none'" in answered["content-security-policy"]


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ((), "en"),
        (("Accept-Language: RU-ru,en;q=0.5",), "ru"),
        (("Cookie: language=ru",), "ru"),
        (("Cookie: a=b; birzha_language=ru; c=d", "Accept-Language: en"), "ru"),
        (("Cookie: language=en", "Accept-Language: ru"), "en"),
        (("Cookie: slanguage=ru", "Accept-Language: de"), "en"),
    ],
)
def test_the_page_is_in_the_language_chosen_on_the_pages(
    system: System, headers: tuple[str, ...], language: str
) -> None:
    _, _, body = system.get_raw("/healthz", PAGE, *headers)
    assert f'<html lang="{language}">' in body.decode()


def test_https_on_an_open_connection_is_no_fault_of_the_token(system: System) -> None:
    status, _, body = system.get_raw("https://birzha.test/api/v1/instruments")
    assert (status, json.loads(body)["code"], json.loads(body)["status"]) == (400, "bad_request", 400)
