"""The watch over canaries: looks twice a second, and says when one is to be rolled back."""

from __future__ import annotations

import http.client
from collections import deque
from dataclasses import replace

from gateway.canary.stats import NOTHING, Sample, Tally, take_sample
from gateway.canary.verdict import WINDOWS_S, judge
from gateway.runtime.admin import Admin

#: Seconds between two checks.
INTERVAL_S = 0.5


class Watch:
    """The watch over one service's canary, from its first request on."""

    def __init__(self, admin: Admin, service: str) -> None:
        self.admin = admin
        self.service = service
        self.samples: deque[Sample] = deque(maxlen=int(WINDOWS_S[-1] / INTERVAL_S) + 10)

    def check(self) -> str:
        """Check once.

        Returns:
            Why the canary is to be rolled back; empty: it is not, or Envoy does not answer.
        """
        try:
            sample = take_sample(self.admin, self.service)
        except (OSError, http.client.HTTPException, LookupError, ValueError):
            return ""
        if self.samples and (since := _beginning(self.samples[-1], sample)) is not self.samples[-1]:
            self.samples.clear()
            self.samples.append(since)
        self.samples.append(sample)
        return judge(self.samples)


def _beginning(before: Sample, now: Sample) -> Sample:
    """What the counts of a check are to be compared with: those of the check before.

    Where they have gone back another Envoy answers, or another canary is there: those began at nothing, and
    what they have counted until this first check counts.
    """
    canary = _counters_reset(before.canary, now.canary) or now.ejections < before.ejections
    stable = _counters_reset(before.stable, now.stable)
    if not canary and not stable:
        return before
    return replace(
        before,
        canary=NOTHING if canary else before.canary,
        stable=NOTHING if stable else before.stable,
        ejections=0 if canary else before.ejections,
        waiting=0,
    )


def _counters_reset(before: Tally, now: Tally) -> bool:
    return now.answers < before.answers or now.errors < before.errors
