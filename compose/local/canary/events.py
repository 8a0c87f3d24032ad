"""Whether a canary's worker fails events that the stable version's handles: the workers' own counts."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable

from compose.local.paths import Home
from compose.local.ready import UnixConnection, get
from gateway.config.names import canary_cluster

#: Seconds looked back at: some leases of both workers.
WINDOW = 30.0
#: So many failures more than twice the stable worker's are a reason.
LEAST = 3

_FAILURES = re.compile(rb"^birzha_event_failures_total\{[^}]*\} (\S+)$", re.MULTILINE)


class EventWatch:
    """The watch over the events of one service's canary.

    A handler that fails is tried again by the other worker under its lease, so nothing is lost; it is late.
    """

    def __init__(self, count: Callable[[str], int], service: str) -> None:
        self.count = count
        self.names = canary_cluster(service), service
        self.looks: deque[tuple[float, int, int]] = deque()

    def look(self) -> str:
        """Look once. Returns why the canary is to be rolled back; empty: it is not."""
        now = time.monotonic()
        try:
            canary, stable = (self.count(f"{name}-worker") for name in self.names)
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


def failures(home: Home, process: str) -> int:
    """How often a worker's handlers have raised since it started.

    Raises:
        OSError: it does not answer.
    """
    _, body = get(UnixConnection(home.socket(process), timeout=1), "/metrics", "*/*")
    return int(sum(float(value) for value in _FAILURES.findall(body)))
