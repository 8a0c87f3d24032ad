"""The watch over canaries: looks twice a second, and says when one is to be rolled back."""

from __future__ import annotations

import http.client
from collections import deque

from gateway.canary.admin import Admin
from gateway.canary.stats import Sample, look
from gateway.canary.verdict import WINDOWS, judge

#: Seconds between two looks.
INTERVAL = 0.5


class Watch:
    """The watch over one service's canary, from its first request on."""

    def __init__(self, admin: Admin, service: str) -> None:
        self.admin = admin
        self.service = service
        self.samples: deque[Sample] = deque(maxlen=int(WINDOWS[-1] / INTERVAL) + 10)

    def look(self) -> str:
        """Look once.

        Returns:
            Why the canary is to be rolled back; empty: it is not, or Envoy does not answer.
        """
        try:
            sample = look(self.admin, self.service)
        except (OSError, http.client.HTTPException, LookupError, ValueError):
            self.samples.clear()
            return ""
        if self.samples and _counts_anew(self.samples[-1], sample):
            self.samples.clear()
        self.samples.append(sample)
        return judge(self.samples)


def _counts_anew(before: Sample, now: Sample) -> bool:
    """Whether another Envoy answers, or another canary is there: it counts from zero."""
    return (
        now.canary.answers < before.canary.answers
        or now.canary.errors < before.canary.errors
        or now.stable.answers < before.stable.answers
        or now.stable.errors < before.stable.errors
        or now.ejections < before.ejections
    )
