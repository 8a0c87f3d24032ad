"""Whether a canary fails events that the stable version handles, by the workers' own counts."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from gateway.canary.runner import Instance

#: Seconds looked back at: some leases of both workers.
WINDOW = 30.0
#: So many failures more than twice the stable worker's are a reason.
LEAST = 3


class EventWatch:
    """The watch over the events of one service's canary.

    A handler that fails is tried again by the other worker under its lease, so nothing is lost; it is late.
    """

    def __init__(self, count: Callable[[Instance], int], service: str) -> None:
        self.count = count
        self.instances = Instance(service, canary=True), Instance(service)
        self.looks: deque[tuple[float, int, int]] = deque()

    def look(self) -> str:
        """Look once. Returns why the canary is to be rolled back; empty: it is not."""
        now = time.monotonic()
        try:
            canary, stable = map(self.count, self.instances)
        except OSError:
            return ""
        while self.looks and (self.looks[0][0] < now - WINDOW or canary < self.looks[-1][1]):
            self.looks.popleft()
        self.looks.append((now, canary, stable))
        failed, usual = canary - self.looks[0][1], max(stable - self.looks[0][2], 0)
        if failed < LEAST + 2 * usual:
            return ""
        return (
            f"its worker failed {failed} times to handle an event in {WINDOW:g} s, the stable one's {usual}"
        )
