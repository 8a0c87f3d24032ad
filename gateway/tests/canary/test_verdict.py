"""The rules by which a canary is rolled back, at their edges."""

from __future__ import annotations

import pytest

from gateway.canary.stats import Sample, Tally
from gateway.canary.verdict import COLD_START_S, judge

BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def tally(answers: int = 0, errors: int = 0, seconds: float = 0.03) -> Tally:
    """So many answers, all of them in so many seconds."""
    return Tally(answers, errors, tuple((bound, answers if seconds <= bound else 0) for bound in BOUNDS))


def sample(at: float, canary: Tally, stable: Tally, ejections: int = 0, waiting: int = 0) -> Sample:
    return Sample(at, canary, stable, ejections, waiting)


def reason(canary: Tally, stable: Tally, seconds: float = 3) -> str:
    """The judgement after these were counted within so many seconds."""
    return judge([sample(0, tally(), tally()), sample(seconds, canary, stable)])


def test_one_look_is_not_enough() -> None:
    assert judge([sample(0, tally(100, 100), tally())]) == ""


def test_an_ejection_is_enough() -> None:
    looks = [sample(0, tally(), tally()), sample(1, tally(5, 5), tally(50), ejections=1)]
    assert "five failures in a row" in judge(looks)


def test_taken_out_for_what_the_stable_version_suffers_as_well_is_no_reason() -> None:
    looks = [sample(0, tally(), tally()), sample(1, tally(5, 5), tally(50, 40), ejections=1)]
    assert judge(looks) == ""
    assert judge([*looks, sample(20, tally(5, 5), tally(900, 40), ejections=1)]) == ""


@pytest.mark.parametrize(
    ("canary", "stable", "bad"),
    [
        ((4, 4), (100, 0), False),  # fewer than five
        ((5, 5), (100, 0), True),
        ((100, 5), (100, 0), False),  # five points more, and no more than that
        ((100, 6), (100, 0), True),
        ((100, 30), (100, 27), False),  # both suffer
        ((100, 33), (100, 27), False),  # chance would do that
        ((100, 46), (100, 27), True),
        ((15, 8), (100, 33), False),  # so few say little
        ((5, 5), (0, 0), True),  # nobody to compare with
    ],
)
def test_errors(canary: tuple[int, int], stable: tuple[int, int], bad: bool) -> None:
    assert bool(reason(tally(*canary), tally(*stable))) == bad


@pytest.mark.parametrize(
    ("canary", "stable", "bad"),
    [
        ((5, 2.0), (100, 0.03), False),  # fewer than six
        ((6, 2.0), (100, 0.03), True),
        ((100, 0.2), (100, 0.03), False),  # more than three times, and fast all the same
        ((100, 0.4), (100, 0.03), True),
        ((100, 2.0), (100, 0.9), False),  # the stable version is slow as well
        ((100, 0.4), (5, 0.03), False),  # too little to compare with
        ((100, 2.0), (5, 0.03), True),
    ],
)
def test_slowness(canary: tuple[int, float], stable: tuple[int, float], bad: bool) -> None:
    answers, seconds = canary
    looks = [sample(at, tally(1, 0, seconds), tally()) for at in (0, COLD_START_S)]
    for turn in (1, 2):
        later, stable_later = tally(1 + turn * answers, 0, seconds), tally(turn * stable[0], 0, stable[1])
        assert judge(looks) == ""
        looks.append(sample(COLD_START_S + 3 * turn, later, stable_later))
    assert bool(judge(looks)) == bad


def test_first_answers_of_a_new_process_are_slow_anywhere() -> None:
    cold = [sample(0, tally(), tally()), sample(0.5, tally(1, 0, 2.0), tally(9))]
    cold += [sample(at / 2, tally(20, 0, 2.0), tally(9 * at)) for at in range(2, 12)]
    assert judge(cold) == ""
    warm = [sample(at, tally(20 * at, 0, 2.0), tally(90 * at)) for at in range(6, 12)]
    assert judge([*cold, *warm]) != ""


def test_a_machine_that_stands_still_once_is_no_reason() -> None:
    looks = [sample(at, tally(10 * at), tally(10 * at)) for at in range(10)]
    slow = tuple((bound, 90 + (20 if bound >= 2.5 else 0)) for bound in BOUNDS)
    looks.append(sample(12, Tally(110, 0, slow), tally(95)))
    assert judge(looks) == ""


def test_a_quiet_canary_is_judged_on_the_last_half_minute() -> None:
    looks = [sample(at, tally(int(at / 5), int(at / 5)), tally(int(at))) for at in range(0, 24)]
    assert judge(looks) == ""
    looks += [sample(at, tally(int(at / 5), int(at / 5)), tally(int(at))) for at in range(24, 26)]
    assert "5 of 5 tries failed in 30 s" in judge(looks)


def test_what_is_long_past_does_not_count() -> None:
    looks = [sample(0, tally(), tally()), *(sample(at, tally(100, 6), tally(900)) for at in range(1, 40))]
    assert judge(looks[:3]) != ""
    assert judge(looks) == ""


def test_silence() -> None:
    looks = [sample(at / 2, tally(7), tally(at), waiting=3) for at in range(8)]
    assert "answered nothing for 3 s while 3 requests wait" in judge(looks)
    assert judge(looks[:4]) == ""
    assert judge([sample(at / 2, tally(7 + at // 5), tally(at), waiting=3) for at in range(8)]) == ""
    assert judge([sample(at / 2, tally(7), tally(at), waiting=2) for at in range(8)]) == ""
