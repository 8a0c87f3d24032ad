"""What the controller sees through a real Envoy: a canary that fails, is slow, is silent, or is well."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from gateway.canary.controller import INTERVAL, Watch
from gateway.tests.canary.conftest import Canary, signed_in


@contextmanager
def load(canary: Canary, method: str = "GET", threads: int = 4) -> Iterator[list[int]]:
    """Requests of many users until the block ends; gives the statuses."""
    stop, statuses = threading.Event(), []

    def run(thread: int) -> None:
        with canary.system.outside() as client:
            number = 0
            while not stop.is_set():
                number += 1
                headers = signed_in(f"watched-{thread}-{number % 25}")
                statuses.append(client.request(method, "/api/v1/orders", headers=headers).status_code)
                stop.wait(0.01)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        for thread in running:
            thread.join()


def watched(canary: Canary, seconds: float) -> tuple[str, float]:
    """Watch until there is a reason or the time is over. Returns the reason and how long it took."""
    watch, begun = Watch(canary.admin, "trading"), time.monotonic()
    while time.monotonic() - begun < seconds:
        if reason := watch.look():
            return reason, time.monotonic() - begun
        time.sleep(INTERVAL)
    return "", seconds


def test_one_that_is_well_stays(canary: Canary) -> None:
    canary.set_weight(30)
    with load(canary) as statuses:
        assert watched(canary, seconds=6) == ("", 6)
    assert set(statuses) == {200}


def test_one_that_fails_is_seen_within_five_seconds_and_no_read_fails(canary: Canary) -> None:
    canary.set_weight(30)
    canary.upstream.failing = True
    with load(canary) as statuses:
        reason, seconds = watched(canary, seconds=10)
    assert "five failures in a row" in reason
    assert seconds < 5
    assert set(statuses) == {200}


def test_one_that_fails_now_and_then_is_seen(canary: Canary) -> None:
    canary.set_weight(30)
    canary.upstream.fails_every = 3  # never five in a row
    with load(canary, "POST"):
        reason, seconds = watched(canary, seconds=10)
    assert "tries failed" in reason
    assert seconds < 5


def test_one_that_answers_slowly_is_seen(canary: Canary) -> None:
    canary.set_weight(30)
    canary.upstream.pause = 0.8
    with load(canary, threads=8) as statuses:
        reason, seconds = watched(canary, seconds=10)
    assert "took longer" in reason
    assert seconds < 5
    assert set(statuses) == {200}


def test_one_that_answers_nothing_is_seen(canary: Canary) -> None:
    canary.set_weight(50)
    canary.upstream.pause = 30
    with load(canary, threads=12):
        reason, seconds = watched(canary, seconds=10)
    assert "five failures in a row" in reason  # each is given up after a second here
    assert seconds < 5


def test_what_both_versions_suffer_is_no_reason(canary: Canary, outside: httpx.Client) -> None:
    canary.set_weight(30)
    stable = canary.system.services["trading"]
    canary.upstream.fails_every = stable.fails_every = 3
    try:
        with load(canary, "POST"):
            assert watched(canary, seconds=5) == ("", 5)
    finally:
        stable.fails_every = 0
