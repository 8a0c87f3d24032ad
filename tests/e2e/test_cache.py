"""The real market behind the real nginx: what gateway/tests prove with small servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

import httpx
import pytest

from compose.local import orphans
from tests.e2e.people import Client, Person, kept, wait
from tests.system import System

LIST = "/api/v1/instruments"


def age_of(instrument: dict) -> float:
    """Seconds since the price was made."""
    return (datetime.now(UTC) - datetime.fromisoformat(instrument["price_at"])).total_seconds()


@pytest.fixture(autouse=True)
def _without_cookies(visitor: Client) -> None:
    """Whoever has looked at a page of the frontend brings one, and is not given what is kept."""
    visitor.http.cookies.clear()


@pytest.mark.parametrize("path", [f"{LIST}?page_size=7", f"{LIST}/BZIDX", f"{LIST}?search=micros&type=share"])
def test_public_reads_are_kept(visitor: Client, path: str) -> None:
    answers = [visitor.http.get(path) for _ in range(4)]
    caches = [answer.headers["X-Cache"] for answer in answers]
    assert set(caches) <= {"MISS", "HIT"}
    assert "HIT" in caches[1:]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 4
    for answer in answers:
        assert answer.headers["Cache-Control"] == "public, max-age=5"
        assert int(answer.headers.get("Age", 0)) <= 5


def test_who_is_signed_in_is_not_given_them(visitor: Client, person: Person) -> None:
    visitor.http.get(LIST)
    for headers in ({}, {"Cookie": "birzha_session=x"}):
        client = person.http if not headers else visitor.http
        answer = client.get(LIST, headers=headers)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "BYPASS")
        assert "Age" not in answer.headers
    for path in ("/api/v1/account", "/api/v1/orders", "/"):
        assert "X-Cache" not in person.http.get(path).headers


def test_refusals_are_not_kept(visitor: Client) -> None:
    for path in (f"{LIST}/NOPE", f"{LIST}?page=x", f"{LIST}?page=99999"):
        answers = [visitor.http.get(path) for _ in range(2)]
        assert answers[0].status_code in (400, 404)
        assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)
        ids = [answer.json()["trace_id"] for answer in answers]
        assert ids == [answer.headers["X-Request-Id"] for answer in answers]


def test_languages_and_encodings_have_their_own_pages(visitor: Client) -> None:
    for _ in range(2):
        for language, name in (("en", "Apple Inc."), ("ru-RU,ru;q=0.9", "Эппл")):
            for encoding in ("gzip", "identity"):
                headers = {"Accept-Language": language, "Accept-Encoding": encoding}
                answer = visitor.http.get(f"{LIST}/AAPL", headers=headers)
                assert name in answer.json()["name"]
                assert answer.headers.get("Content-Encoding", "identity") == encoding


def test_a_price_moves_on_and_is_never_older_than_a_tick_and_the_header(visitor: Client) -> None:
    """Prices are made every 5 s, and the worker may be busy; then the page may be kept for 5 s."""

    def some() -> float:
        seen: set[str] = set()
        ages: list[float] = []
        while len(seen) < 3:
            instrument = visitor.http.get(f"{LIST}/AAPL").json()
            ages.append(age_of(instrument))
            seen.add(instrument["price_at"])
            time.sleep(0.3)
        return median(ages)

    kept(5 + 5 + 2, some)


@pytest.fixture
def market_is_down(system: System, visitor: Client) -> Iterator[None]:
    visitor.http.get(f"{LIST}?page_size=9")
    system.stop("market")
    yield
    system.start("market")


@pytest.mark.usefixtures("market_is_down")
def test_old_prices_are_shown_while_the_market_is_down(system: System, visitor: Client) -> None:
    time.sleep(4)
    answer = wait(lambda: kept_since_before(visitor), "it is not shown as old")
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Age"]) >= 4
    assert len(answer.json()["results"]) == 9
    fresh = visitor.http.get(f"{LIST}?page_size=11")
    assert (fresh.status_code, fresh.json()["code"]) == (503, "service_unavailable")
    assert httpx.get(system.url, verify=False, timeout=60).status_code in (200, 503)


def kept_since_before(visitor: Client) -> httpx.Response | None:
    """A page that was kept when the market stood, once it is older than it may be; until then it is fresh."""
    answer = visitor.http.get(f"{LIST}?page_size=9")
    assert answer.status_code == 200
    assert answer.headers["X-Cache"] in ("HIT", "STALE")
    return answer if answer.headers["X-Cache"] == "STALE" else None


def test_without_nginx_the_market_goes_on(system: System, visitor: Client) -> None:
    system.stop("nginx")
    try:
        answers = [visitor.http.get(f"{LIST}?page_size={size}") for size in range(20, 40)]
        assert {(answer.status_code, answer.headers["X-Cache"]) for answer in answers} == {(200, "BYPASS")}
    finally:
        system.start("nginx")
    wait(lambda: visitor.http.get(f"{LIST}?page_size=8").headers["X-Cache"] != "BYPASS")


def test_a_killed_nginx_is_back_in_seconds_and_leaves_nothing(system: System, visitor: Client) -> None:
    """Its workers would go on with its sockets, and its own socket files would keep it from starting."""
    left = {process.pid for process in orphans.of_nginx(system.home)}
    killed = system.kill("nginx")
    statuses = set()
    end = time.monotonic() + 60
    while system.process("nginx")["pid"] in (0, killed) or system.process("nginx")["statename"] != "RUNNING":
        assert time.monotonic() < end
        statuses.add(visitor.http.get(f"{LIST}?page_size=5").status_code)
    assert statuses <= {200}
    # The old workers answer as well until the new start has ended them, which it does before all else.
    while not (running := {process.pid for process in orphans.of_nginx(system.home)}) or left & running:
        assert time.monotonic() < end
        time.sleep(0.2)
    while visitor.http.get(f"{LIST}?page_size=6").headers["X-Cache"] == "BYPASS":
        assert time.monotonic() < end
        time.sleep(0.2)
