"""When a thread that finds work waiting pauses, and when it does not."""

from __future__ import annotations

import threading
import time

import pytest

from servicekit.messaging.adaptive_batching import PAUSE_S, AdaptiveBatching


class Clock(threading.Event):
    """A stop flag whose waits take no time, and the clock that they and a test move on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.pauses = 0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == PAUSE_S
        self.pauses += 1
        return False


def pauses(monkeypatch: pytest.MonkeyPatch, rounds: list[tuple[int, float]]) -> list[int]:
    """Before which rounds (events, seconds waited for them; the work takes 10 ms) there is a pause."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    batching = AdaptiveBatching(clock)
    paused = []
    for number, (events, waited) in enumerate(rounds, start=1):
        before = clock.pauses
        batching.before_read()
        if clock.pauses > before:
            paused.append(number)
        clock.now += waited
        batching.after_read()
        clock.now += 0.01
        batching.after_batch(events, batch_size=200)
    return paused


QUIET, RUSH, FULL, LONE = (1, 0.05), (5, 0.004), (200, 0.0), (1, 0.0)


def test_a_quiet_system_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(monkeypatch, [QUIET] * 500) == []


def test_a_burst_of_a_tenth_of_a_second_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(monkeypatch, ([LONE] * 10 + [QUIET] * 20) * 5) == []


def test_who_works_for_most_of_a_second_lets_events_gather(monkeypatch: pytest.MonkeyPatch) -> None:
    paused = pauses(monkeypatch, [RUSH] * 200)
    assert paused == list(range(paused[0], 201))
    assert 0.5 < paused[0] * 0.014 < 1.5


def test_full_batches_gain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(monkeypatch, [FULL] * 200) == []


def test_a_pause_in_vain_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    paused = pauses(monkeypatch, [RUSH] * 100 + [LONE] + [QUIET] * 100)
    assert paused[-1] == 101
