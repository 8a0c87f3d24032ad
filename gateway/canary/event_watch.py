"""Whether a canary fails events that the stable version handles, by the workers' own counts."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from gateway.canary.runner import Instance

#: Seconds looked back at: some leases of both workers.
WINDOW_S = 30.0
#: So many failures more than twice the stable worker's are a reason.
MIN_FAILURES = 3


class EventWatch:
    """The watch over the events of one service's canary.

    A handler that fails is tried again by the other worker under its lease, so nothing is lost; it is late.
    """

    def __init__(self, count: Callable[[Instance], int], service: str) -> None:
        self.count = count
        self.instances = Instance(service, canary=True), Instance(service)
        self.samples: deque[tuple[float, int, int]] = deque()

    def check(self) -> str:
        """Check once. Returns why the canary is to be rolled back; empty: it is not."""
        now = time.monotonic()
        try:
            canary, stable = map(self.count, self.instances)
        except OSError:
            return ""
        while self.samples and (self.samples[0][0] < now - WINDOW_S or canary < self.samples[-1][1]):
            self.samples.popleft()
        self.samples.append((now, canary, stable))
        failed, usual = canary - self.samples[0][1], max(stable - self.samples[0][2], 0)
        if failed < MIN_FAILURES + 2 * usual:
            return ""
        return (
            f"its worker failed {failed} times to handle an event in {WINDOW_S:g} s, the stable one's {usual}"
        )
