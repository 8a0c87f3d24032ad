"""A service that is down, slow or dying: what the client gets, and that the others go on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from gateway.tests.running import System
from gateway.tests.tokens import bearer


@pytest.fixture
def trading_is_down(system: System) -> Iterator[None]:
    system.services["trading"].stop()
    yield
    system.services["trading"].start()


@pytest.mark.usefixtures("trading_is_down")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_down_is_a_503_problem_and_the_others_go_on(outside: httpx.Client, method: str) -> None:
    answer = outside.request(method, "/api/v1/orders")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "service_unavailable"
    assert answer.json()["trace_id"] == answer.headers["X-Request-Id"]
    assert outside.get("/api/v1/instruments").json()["service"] == "market"
    assert outside.get("/").json()["service"] == "web"


@pytest.mark.usefixtures("trading_is_down")
def test_it_gets_requests_again_as_soon_as_it_is_back(system: System, outside: httpx.Client) -> None:
    assert outside.post("/api/v1/orders").status_code == 503
    system.services["trading"].start()
    assert outside.post("/api/v1/orders").status_code == 200


def test_a_person_sees_a_page_when_the_frontend_is_down(system: System, outside: httpx.Client) -> None:
    system.services["web"].stop()
    try:
        page = outside.get("/portfolio", headers={"Accept": "text/html,*/*", "Accept-Language": "ru"})
        assert page.status_code == 503
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.headers["Retry-After"] == "2"
        assert "Birzha запускается" in page.text
        assert page.headers["X-Request-Id"] in page.text
        assert outside.get("/portfolio").json()["code"] == "service_unavailable"
        part = outside.get("/portfolio", headers={"HX-Request": "true", "Accept-Language": "ru"})
        assert (part.status_code, part.headers["HX-Reswap"]) == (503, "none")
        assert "Сервис недоступен" in part.text
    finally:
        system.services["web"].start()


def test_a_slow_write_is_a_504_and_is_sent_once(system: System, outside: httpx.Client) -> None:
    path = "/api/v1/orders?do=slow&seconds=4&test=slow-write"
    started = time.monotonic()
    answer = outside.post(path)
    assert time.monotonic() - started > 1.3
    assert (answer.status_code, answer.json()["code"]) == (504, "service_timeout")
    assert system.services["trading"].requests.count(("POST", path)) == 1


def test_a_slow_read_is_tried_again_and_then_a_504(system: System, outside: httpx.Client) -> None:
    path = "/api/v1/orders?do=slow&seconds=6&test=slow-read"
    answer = outside.get(path)
    assert (answer.status_code, answer.json()["code"]) == (504, "service_timeout")
    assert system.services["trading"].requests.count(("GET", path)) >= 2


TRIES = [("GET", 3), ("HEAD", 3), ("OPTIONS", 3), ("POST", 1), ("PUT", 1), ("PATCH", 1), ("DELETE", 1)]


@pytest.mark.parametrize(("method", "tries"), TRIES)
def test_only_safe_methods_are_tried_again(
    system: System, outside: httpx.Client, method: str, tries: int
) -> None:
    path = f"/api/v1/orders?do=hangup&test=again-{method}"
    answer = outside.request(method, path)
    assert answer.status_code == 503
    assert system.services["trading"].requests.count((method, path)) == tries


@pytest.mark.parametrize("behaviour", ["do=hangup", "do=fail&status=503", "do=slow&seconds=6"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_search_is_not_tried_again(
    system: System, outside: httpx.Client, behaviour: str, signed_in: bool
) -> None:
    def tries(query: str) -> int:
        path = f"/api/v1/instruments?{query}&{behaviour}&test=once-{signed_in}"
        answer = outside.get(path, headers=bearer() if signed_in else {})
        assert answer.status_code in (503, 504)
        return system.services["market"].requests.count(("GET", path))

    assert tries("search=apple") == 1
    assert tries("page=1") > 1


def test_what_a_page_answers_is_not_retried(system: System, outside: httpx.Client) -> None:
    """It has tried its own calls: a reader who is told that trading hangs is told so once, not after 10 s."""

    def tries(behaviour: str) -> int:
        path = f"/portfolio?{behaviour}&test=page"
        assert outside.get(path).status_code == 503
        return system.services["web"].requests.count(("GET", path))

    assert tries("do=fail&status=503") == 1
    assert tries("do=hangup") == 3


def test_a_services_own_error_passes_unchanged(outside: httpx.Client) -> None:
    for status in (400, 404, 409, 500):
        answer = outside.get(f"/api/v1/orders?do=fail&status={status}")
        assert (answer.status_code, answer.json()) == (status, {"code": "its_own"})
