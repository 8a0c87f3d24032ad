"""What the controller sees through a real Envoy: a canary that fails, is slow, is silent, or is well."""

from __future__ import annotations

import time

import httpx

from gateway.canary.verdict import COLD_START_S, SLOW_WINDOWS_S
from gateway.canary.watch import INTERVAL_S, Watch
from gateway.tests.canary.conftest import Asking, Canary


def watched(canary: Canary, seconds: float) -> tuple[str, float]:
    """Look as often as the controller does in so many seconds, or until there is a reason.

    Returns:
        The reason, and the seconds that the controller takes for as many looks, on any machine.
    """
    watch, looks = Watch(canary.traffic.admin, "trading"), round(seconds / INTERVAL_S)
    for look in range(looks):
        if reason := watch.check():
            return reason, look * INTERVAL_S
        time.sleep(INTERVAL_S)
    return "", seconds


def test_one_that_is_well_stays(canary: Canary) -> None:
    canary.set_weight(30)
    with Asking(canary.system) as load:
        assert watched(canary, seconds=6) == ("", 6)
    assert load.counts.keys() == {"200"}


def test_one_that_fails_is_seen_within_five_seconds_and_no_read_fails(canary: Canary) -> None:
    canary.set_weight(30)
    canary.upstream.failing = True
    with Asking(canary.system) as load:
        reason, seconds = watched(canary, seconds=10)
    assert "five failures in a row" in reason
    assert seconds < 5
    assert load.counts.keys() == {"200"}


def test_one_that_fails_now_and_then_is_seen(canary: Canary) -> None:
    canary.set_weight(30)
    canary.upstream.fails_every = 3  # never five in a row
    with Asking(canary.system, "POST"):
        reason, seconds = watched(canary, seconds=10)
    assert "tries failed" in reason
    assert seconds < 5


def test_one_that_answers_slowly_is_seen(canary: Canary) -> None:
    canary.set_weight(30)
    canary.upstream.pause = 0.8
    with Asking(canary.system, clients=8) as load:
        reason, seconds = watched(canary, seconds=20)
    assert "took longer" in reason
    assert seconds < COLD_START_S + 2 * SLOW_WINDOWS_S[0] + 2
    assert load.counts.keys() == {"200"}


def test_one_that_answers_nothing_is_seen(canary: Canary) -> None:
    canary.set_weight(50)
    canary.upstream.pause = 30
    with Asking(canary.system, clients=12):
        reason, seconds = watched(canary, seconds=10)
    assert "five failures in a row" in reason  # each is given up after a second here
    assert seconds < 5


def test_what_both_versions_suffer_is_no_reason(canary: Canary, outside: httpx.Client) -> None:
    canary.set_weight(30)
    stable = canary.system.services["trading"]
    canary.upstream.fails_every = stable.fails_every = 3
    try:
        with Asking(canary.system, "POST"):
            assert watched(canary, seconds=5) == ("", 5)
    finally:
        stable.fails_every = 0
