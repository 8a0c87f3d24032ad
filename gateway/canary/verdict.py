"""When a canary is rolled back. Pure: samples in, a reason out.

It looks at the last 3, 10 and 30 seconds; the shortest time with enough requests decides, so a busy canary
is judged at once and a quiet one on what there is. Any of these is a reason:

- Envoy ejected it: five failures in a row, and the stable version fails less than half as often.
- Errors: at least 5 more failed than would at the stable version's rate, their share is more than 5 points
  above it, and chance does not explain it (three standard deviations).
- Slowness, twice in a row, for 3, 5 or 15 seconds each: of at least 6 answers, half took longer than 0.3 s
  and than three times what half of the stable version's took. With fewer than 6 answers of the stable version
  to compare with: longer than 1 s. Answers of the canary's first 3 s do not count: a new process imports and
  connects while it gives them.
- No answer: for 3 s at least 3 requests waited and none was answered.

What both versions suffer alike (a database that is down) is no reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gateway.canary.stats import Sample, Tally

#: Seconds looked back at.
WINDOWS_S = (3.0, 10.0, 30.0)
#: Fewer failures than this, beyond what the stable version has too, may be chance.
MIN_ERRORS = 5
#: Points of percent above the stable version's share of failures.
ERROR_MARGIN_PERCENT = 5.0
#: Seconds in which it is slow, and was slow just before.
SLOW_WINDOWS_S = (3.0, 5.0, 15.0)
#: Seconds after a canary's first answer whose times say nothing: its processes are still cold.
COLD_START_S = 3.0
#: Fewer answers than this say nothing about times.
MIN_ANSWERS = 6
#: A median below this (seconds) is never slow.
NEVER_SLOW_S = 0.3
#: So many times the stable version's median is slow.
SLOW_FACTOR = 3.0
#: Slow without a stable version to compare with, seconds.
SLOW_ALONE_S = 1.0
#: So many unanswered requests, and none answered, are a reason.
MIN_WAITING = 3


def judge(samples: Sequence[Sample]) -> str:
    """Why the canary is to be rolled back; empty: it is not.

    Args:
        samples: the oldest first, about half a second apart.
    """
    if len(samples) < 2:
        return ""
    last = samples[-1]
    if _ejected(samples):
        return "Envoy ejected it: five failures in a row"
    for window in WINDOWS_S:
        first = _before(samples, last.at - window)
        canary, stable = between(first.canary, last.canary), between(first.stable, last.stable)
        if reason := _errors(canary, stable, window):
            return reason
    return _slowness(samples) or _unresponsive(samples)


def _ejected(samples: Sequence[Sample]) -> bool:
    """Whether Envoy has just ejected it, for more than the stable version suffers as well."""
    last = samples[-1]
    first = _before(samples, last.at - WINDOWS_S[0])
    if last.ejections <= first.ejections:
        return False
    share, usual = percent(between(first.canary, last.canary)), percent(between(first.stable, last.stable))
    return usual == 0 or usual < share / 2


def _before(samples: Sequence[Sample], moment: float) -> Sample:
    """The last sample of that moment or before, or the oldest."""
    return next((sample for sample in reversed(samples) if sample.at <= moment), samples[0])


def between(first: Tally, last: Tally) -> Tally:
    """What came between two looks."""
    earlier = dict(first.times)
    return Tally(
        answers=last.answers - first.answers,
        errors=last.errors - first.errors,
        times=tuple((bound, count - earlier.get(bound, 0)) for bound, count in last.times),
    )


def _errors(canary: Tally, stable: Tally, window: float) -> str:
    share, usual = percent(canary), percent(stable)
    expected = canary.answers * usual / 100
    if (
        canary.errors - expected < max(MIN_ERRORS, 3 * math.sqrt(expected))
        or share <= usual + ERROR_MARGIN_PERCENT
    ):
        return ""
    return (
        f"{canary.errors} of {canary.answers} tries failed in {window:g} s "
        f"({share:.0f} %, the stable version {usual:.0f} %)"
    )


def _slowness(samples: Sequence[Sample]) -> str:
    began = next((sample.at for sample in samples if sample.canary.answers), math.inf)
    warm = [sample for sample in samples if sample.at >= began + COLD_START_S]
    if not warm:
        return ""
    last = warm[-1]
    for window in SLOW_WINDOWS_S:
        middle, first = _before(warm, last.at - window), _before(warm, last.at - 2 * window)
        if _slow(middle, first, window) and (reason := _slow(last, middle, window)):
            return reason
    return ""


def _slow(last: Sample, first: Sample, window: float) -> str:
    canary, stable = between(first.canary, last.canary), between(first.stable, last.stable)
    if counted(canary) < MIN_ANSWERS:
        return ""
    compared = counted(stable) >= MIN_ANSWERS
    limit = max(NEVER_SLOW_S, SLOW_FACTOR * median(stable)) if compared else SLOW_ALONE_S
    if (middle := median(canary)) <= limit:
        return ""
    usual = f", of the stable version's {median(stable):.3f} s" if compared else ""
    return f"half of {counted(canary)} answers in {window:g} s took longer than {middle:.2f} s{usual}"


def _unresponsive(samples: Sequence[Sample]) -> str:
    last = samples[-1]
    recent = [sample for sample in samples if sample.at >= last.at - WINDOWS_S[0] - 0.25]
    if last.at - recent[0].at < WINDOWS_S[0] - 0.25 or last.canary.answers > recent[0].canary.answers:
        return ""
    if min(sample.waiting for sample in recent) < MIN_WAITING:
        return ""
    return f"it has answered nothing for {WINDOWS_S[0]:g} s while {last.waiting} requests wait"


def percent(tally: Tally) -> float:
    """The share of failures, 0 without answers."""
    return 100 * tally.errors / tally.answers if tally.answers > 0 else 0.0


def counted(tally: Tally) -> int:
    """How many answers were timed."""
    return tally.times[-1][1] if tally.times else 0


def median(tally: Tally) -> float:
    """Seconds that half of the answers took at most, estimated within Envoy's buckets; 0 without answers."""
    half, lower, below = counted(tally) / 2, 0.0, 0
    if not half:
        return 0.0
    for bound, count in tally.times:
        if count >= half:
            return lower + (bound - lower) * (half - below) / (count - below)
        lower, below = bound, count
    return lower
