"""When to let events gather: a transaction for one costs nearly as much as a transaction for fifty.

Whoever waits for work and gets it does it at once, so a quiet system answers in milliseconds. Whoever
finds more work waiting each time it comes back is behind; it then pauses a moment before it looks
again, takes all that came meanwhile in one go, and so spends a fraction of the CPU on each.
"""

from __future__ import annotations

import threading

#: Work that is there within so many seconds was there already.
AT_ONCE = 0.001
#: Seconds to let events gather.
PAUSE = 0.025
#: Fewer than this have not been worth a pause.
WORTH = 3


class Pace:
    """Of one thread that looks for work, does it, and looks again."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self._behind = 0

    def found(self, events: int, *, waited: float, most: int) -> None:
        """Note what a look has found.

        Args:
            events: how many.
            waited: seconds until they were there.
            most: that many are taken at a time; if so many were there, pausing would gain nothing.
        """
        alone = self._behind > 1 and events < WORTH
        self._behind = 0 if waited > AT_ONCE or events >= most or alone else self._behind + 1

    def pause(self) -> None:
        """Let events gather, if the last two looks found them waiting."""
        if self._behind > 1:
            self.stop.wait(PAUSE)
