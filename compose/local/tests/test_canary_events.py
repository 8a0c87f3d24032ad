"""When failing events roll a canary back."""

from __future__ import annotations

from compose.local.canary.events import EventWatch


def reasons(*counts: tuple[int, int]) -> list[bool]:
    """Whether each look at (canary's failures, stable's failures) is a reason."""
    now = {"trading-canary-worker": 0, "trading-worker": 0}
    watch = EventWatch(now.__getitem__, "trading")
    found = []
    for now["trading-canary-worker"], now["trading-worker"] in counts:
        found.append(bool(watch.look()))
    return found


def test_three_are_a_reason_and_two_are_not() -> None:
    assert reasons((7, 0), (8, 0), (9, 0), (10, 0)) == [False, False, False, True]


def test_what_the_stable_worker_fails_as_well_is_none() -> None:
    assert reasons((0, 0), (3, 2), (6, 3), (8, 3), (9, 3)) == [False, False, False, False, True]


def test_a_worker_that_starts_again_counts_from_zero() -> None:
    assert reasons((50, 0), (0, 0), (2, 0), (3, 0)) == [False, False, False, True]
