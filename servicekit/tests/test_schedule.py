"""The periodic tasks go on when the clock is put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery

from servicekit.messaging.operate.schedule import SteadyScheduler

PERIOD = 5.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, timedelta]:
    """How far the clock is off; ``app.now`` uses it."""
    off = {"by": timedelta()}
    monkeypatch.setattr(Celery, "now", lambda self: datetime.now(UTC) + off["by"])
    return off


@pytest.fixture
def scheduler(clock: dict[str, timedelta]) -> SteadyScheduler:
    """One task every five seconds; what is sent is only noted, in ``sent``."""
    app = Celery("test", set_as_current=False)
    app.conf.update(beat_schedule={"sweep": {"task": "sweep", "schedule": PERIOD}}, timezone="UTC")

    class Noting(SteadyScheduler):
        sent: list[str] = []
        producer: Any = None  # no broker

        def apply_entry(self, entry: Any, producer: Any = None) -> None:
            self.sent.append(entry.name)

        def setup_schedule(self) -> None:
            self.merge_inplace(self.app.conf.beat_schedule)

    Noting.sent = []
    return Noting(app=app, lazy=True)


def ticks(scheduler: Any, clock: dict[str, timedelta], seconds: float) -> int:
    """Let so much time pass, a second at a time; returns how often the task was sent."""
    before = len(scheduler.sent)
    for _ in range(int(seconds)):
        clock["by"] += timedelta(seconds=1)
        while scheduler.tick() == 0:
            pass
    return len(scheduler.sent) - before


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(minutes=2)])
def test_a_clock_that_jumps_and_is_put_right_stops_nothing(
    scheduler: SteadyScheduler, clock: dict[str, timedelta], jump: timedelta
) -> None:
    scheduler.setup_schedule()
    assert ticks(scheduler, clock, 20) in (3, 4)
    clock["by"] += jump
    assert ticks(scheduler, clock, 20) >= 3
    clock["by"] -= jump
    assert ticks(scheduler, clock, 20) >= 3
