"""Nobody stops the exchange by holding on to half a request, to an answer read slowly, or to files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from benchmarks.crowds.long_history import long_history
from benchmarks.crowds.reads import READS
from benchmarks.crowds.slow_clients import SlowClients
from tests.e2e.people import Person
from tests.system import System

ROWS = 30_000


@pytest.fixture(scope="module")
def trader(system: System, new_person: Callable[..., Person]) -> Iterator[Person]:
    """Somebody with a long history."""
    person = new_person()
    with long_history(system.home, [person.id], ROWS):
        yield person


@pytest.fixture(scope="module")
def new_person(system: System) -> Callable[..., Person]:
    return lambda: Person(system.url)


@pytest.mark.parametrize(
    "crowd",
    [{"half_open": 24}, {"half_open": 300}, {"slow_readers": 100}, {"half_open": 200, "slow_readers": 100}],
)
def test_everybody_else_is_answered(
    system: System, new_person: Callable[..., Person], crowd: dict[str, int]
) -> None:
    person = new_person()
    with SlowClients(system.url, **crowd) as holding:
        time.sleep(3)
        assert not holding.retried  # nobody was refused, and let go, for another reason
        for path in READS:
            assert person.http.get(path, timeout=60).status_code == 200, path
        wrong = {"username": person.name, "password": "wrong-one"}
        assert person.post("/auth/token", wrong).status_code == 401


def test_a_long_history_comes_whole(trader: Person) -> None:
    for path in ("/operations?format=csv", "/operations"):
        answer = trader.send("GET", path, headers={"Accept": "text/csv"}, timeout=120)
        assert answer.text.count("\r\n") == ROWS + 1


def test_files_are_two_at_a_time_and_hold_up_nobody(
    trader: Person, new_person: Callable[..., Person]
) -> None:
    other = new_person()
    path = "/api/v1/operations?format=csv"
    with ExitStack() as opened, ThreadPoolExecutor(8) as pool:
        for _ in range(2):  # begun and not read
            opened.enter_context(trader.http.stream("GET", path, timeout=120))
        headers = trader.http.headers
        more = [pool.submit(httpx.get, trader.url + path, headers=headers, timeout=60) for _ in range(8)]
        for answer in (one.result() for one in more):
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_exports")
            assert answer.headers["Retry-After"]
        for read in READS:
            assert other.http.get(read, timeout=60).status_code == 200, read
        assert other.send("GET", "/operations?format=csv").status_code == 200
