"""When a thread that finds work waiting pauses, and when it does not."""

from __future__ import annotations

import threading
import time

import pytest

from servicekit.messaging.pace import PAUSE, Pace


class Clock(threading.Event):
    """A stop flag whose waits take no time, and the clock that they and a test move on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.pauses = 0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == PAUSE
        self.pauses += 1
        return False


def pauses(monkeypatch: pytest.MonkeyPatch, rounds: list[tuple[int, float]]) -> list[int]:
    """Before which rounds (events, seconds waited for them; the work takes 10 ms) there is a pause."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    pace = Pace(clock)
    paused = []
    for number, (events, waited) in enumerate(rounds, start=1):
        before = clock.pauses
        pace.look()
        if clock.pauses > before:
            paused.append(number)
        clock.now += waited
        pace.found()
        clock.now += 0.01
        pace.done(events, most=200)
    return paused


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ([(1, 0.05)] * 5, []),  # a quiet system: every event is waited for
        ([(1, 0.05), (2, 0.0), (1, 0.05)], []),  # two at once, once
        ([(5, 0.004)] * 5, [3, 4, 5]),  # more work than waiting each time
        ([(200, 0.0)] * 5, []),  # full batches gain nothing by waiting
        ([(5, 0.0), (5, 0.0), (1, 0.0), (1, 0.0), (1, 0.05)], [3]),  # the rush is over: a pause in vain
        ([(5, 0.0), (5, 0.0), (5, 0.02), (5, 0.02)], [3]),
    ],
)
def test_it_pauses_while_it_works_more_than_it_waits(
    monkeypatch: pytest.MonkeyPatch, rounds: list[tuple[int, float]], expected: list[int]
) -> None:
    assert pauses(monkeypatch, rounds) == expected
