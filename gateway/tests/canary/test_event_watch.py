"""When failing events roll a canary back."""

from __future__ import annotations

from gateway.canary.event_watch import EventWatch
from gateway.canary.runner import Instance

CANARY, STABLE = Instance("trading", canary=True), Instance("trading")


def reasons(*counts: tuple[int, int]) -> list[bool]:
    """Whether each look at (canary's failures, stable's failures) is a reason."""
    now = {CANARY: 0, STABLE: 0}
    watch = EventWatch(now.__getitem__, "trading")
    found = []
    for now[CANARY], now[STABLE] in counts:
        found.append(bool(watch.check()))
    return found


def test_three_are_a_reason_and_two_are_not() -> None:
    assert reasons((7, 0), (8, 0), (9, 0), (10, 0)) == [False, False, False, True]


def test_what_the_stable_worker_fails_as_well_is_none() -> None:
    assert reasons((0, 0), (3, 2), (6, 3), (8, 3), (9, 3)) == [False, False, False, False, True]


def test_a_worker_that_starts_again_counts_from_zero() -> None:
    assert reasons((50, 0), (0, 0), (2, 0), (3, 0)) == [False, False, False, True]
