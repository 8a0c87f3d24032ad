"""When a thread that finds work waiting pauses, and when it does not."""

from __future__ import annotations

import threading

import pytest

from servicekit.messaging.pace import PAUSE, Pace


class Stop(threading.Event):
    """Notes how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return False


def pauses(*looks: tuple[int, float]) -> list[int]:
    """After which of the looks (events found, seconds waited) there was a pause; 200 are taken at a time."""
    stop = Stop()
    pace = Pace(stop)
    paused = []
    for number, (events, waited) in enumerate(looks, start=1):
        pace.found(events, waited=waited, most=200)
        before = len(stop.waits)
        pace.pause()
        if len(stop.waits) > before:
            assert stop.waits[-1] == PAUSE
            paused.append(number)
    return paused


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([(1, 0.05)] * 5, []),  # a quiet system: every event is waited for
        ([(1, 0.05), (2, 0.0), (1, 0.05)], []),  # two at once, once
        ([(5, 0.0)] * 4, [2, 3, 4]),  # work is waiting each time
        ([(200, 0.0)] * 4, []),  # full batches gain nothing by waiting
        ([(5, 0.0), (5, 0.0), (1, 0.0), (1, 0.0)], [2]),  # the rush is over
        ([(5, 0.0), (5, 0.0), (5, 0.02)], [2]),
    ],
)
def test_it_pauses_when_work_is_waiting_each_time(
    looks: list[tuple[int, float]], expected: list[int]
) -> None:
    assert pauses(*looks) == expected
