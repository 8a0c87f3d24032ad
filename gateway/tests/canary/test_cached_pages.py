"""A canary of a service with cached pages: each version has its own, a canary's errors are not hidden."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from gateway.tests.cache.pages import SHORT, SHORT_S, new_page
from gateway.tests.running import System
from gateway.tests.upstream import Upstream


class Market:
    """market's second version, and its share."""

    def __init__(self, system: System, upstream: Upstream) -> None:
        self.system, self.upstream = system, upstream

    def set_weight(self, weight: int) -> None:
        """Give it so many percent; returns when anonymous readers are answered by it, or not."""
        self.system.traffic.set_shares({"market": weight})
        wanted, end = {0: "market", 100: "market-canary"}[weight], time.monotonic() + 60
        with self.system.outside() as client:
            while client.get(new_page()).json()["service"] != wanted:
                assert time.monotonic() < end
                time.sleep(0.02)


@pytest.fixture
def canary(system: System) -> Iterator[Market]:
    upstream = Upstream("market-canary", system.run_dir / "market-canary.sock")
    upstream.start()
    system.traffic.add(["market"])
    yield Market(system, upstream)
    system.traffic.set_shares({"market": 0})
    system.traffic.remove([])
    upstream.stop()


def test_each_version_has_its_own_pages(canary: Market, anybody: httpx.Client) -> None:
    page = new_page()
    seen = []
    for weight in (100, 0, 100):
        canary.set_weight(weight)
        answer = anybody.get(page)
        seen.append((answer.json()["service"], answer.headers["X-Cache"]))
    assert seen == [("market-canary", "MISS"), ("market", "MISS"), ("market-canary", "HIT")]


def test_a_failing_canary_is_seen_and_no_read_fails(canary: Market, anybody: httpx.Client) -> None:
    page = new_page(cc=SHORT)
    canary.set_weight(100)
    assert anybody.get(page).json()["service"] == "market-canary"
    canary.upstream.failing = True
    time.sleep(SHORT_S)
    before = len(canary.upstream.requests)
    answers = [anybody.get(page) for _ in range(10)]
    assert {(answer.status_code, answer.json()["service"]) for answer in answers} == {(200, "market")}
    assert len(canary.upstream.requests) > before
    assert "STALE" not in {answer.headers["X-Cache"] for answer in answers}


def test_a_canary_that_is_gone_costs_nothing(canary: Market, anybody: httpx.Client) -> None:
    canary.set_weight(100)
    canary.upstream.stop()
    answers = [anybody.get(new_page()) for _ in range(10)]
    assert {(answer.status_code, answer.json()["service"]) for answer in answers} == {(200, "market")}
