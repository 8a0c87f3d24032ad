"""A worker that takes no tasks any more is known by what its schedule has sent."""

from __future__ import annotations

import time

import pytest
from celery.signals import task_postrun, task_prerun

from servicekit.messaging.operate.celery_watchdog import NEXT_S, STALLED_AFTER_S, CeleryWatchdog


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


def test_tasks_that_are_run_are_not_missed(now: list[float]) -> None:
    watchdog = CeleryWatchdog()
    for _ in range(10):
        watchdog.sent()
        now[0] += 5
        task_prerun.send(sender=None)
        task_postrun.send(sender=None)
        assert not watchdog.stalled()


def test_nobody_runs_them(now: list[float]) -> None:
    watchdog = CeleryWatchdog()
    watchdog.sent()
    now[0] += STALLED_AFTER_S - 1
    watchdog.sent()
    assert not watchdog.stalled()
    now[0] += NEXT_S + 1
    assert watchdog.stalled()


def test_one_alone_may_have_been_lost_with_redis(now: list[float]) -> None:
    watchdog = CeleryWatchdog()
    watchdog.sent()
    now[0] += 10 * STALLED_AFTER_S
    assert not watchdog.stalled()
    watchdog.sent()
    assert not watchdog.stalled()  # the next one has had no time yet
    now[0] += NEXT_S + 1
    assert watchdog.stalled()


def test_a_long_one_makes_the_others_wait(now: list[float]) -> None:
    watchdog = CeleryWatchdog()
    task_prerun.send(sender=None)
    for _ in range(20):
        watchdog.sent()
        now[0] += 5
        assert not watchdog.stalled()
    task_postrun.send(sender=None)
    assert not watchdog.stalled()
