"""A worker that takes no tasks any more is known by what its schedule has sent."""

from __future__ import annotations

import time

import pytest
from celery.signals import task_postrun, task_prerun

from servicekit.messaging.pulse import PATIENCE, Pulse


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


def test_tasks_that_are_run_are_not_missed(now: list[float]) -> None:
    pulse = Pulse()
    for _ in range(10):
        pulse.sent()
        now[0] += 5
        task_prerun.send(sender=None)
        task_postrun.send(sender=None)
        assert not pulse.lost()


def test_nobody_runs_them(now: list[float]) -> None:
    pulse = Pulse()
    pulse.sent()
    now[0] += PATIENCE - 1
    pulse.sent()
    assert not pulse.lost()
    now[0] += 2
    assert pulse.lost()


def test_one_alone_may_have_been_lost_with_redis(now: list[float]) -> None:
    pulse = Pulse()
    pulse.sent()
    now[0] += 10 * PATIENCE
    assert not pulse.lost()


def test_a_long_one_makes_the_others_wait(now: list[float]) -> None:
    pulse = Pulse()
    task_prerun.send(sender=None)
    for _ in range(20):
        pulse.sent()
        now[0] += 5
        assert not pulse.lost()
    task_postrun.send(sender=None)
    assert not pulse.lost()
