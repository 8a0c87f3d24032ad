"""When to let events gather: a transaction for one costs nearly as much as a transaction for fifty.

Whoever mostly waits for work does it the moment it comes, so a quiet system answers in milliseconds.
Whoever works more than it waits is behind; it then pauses before it looks again, takes all that came
meanwhile in one go, and so spends a fraction of the CPU on each.
"""

from __future__ import annotations

import threading
import time

#: Seconds to let events gather.
PAUSE = 0.04
#: Fewer than this have not been worth a pause.
WORTH = 3


class Pace:
    """Of one thread that goes round: :meth:`look` for work, :meth:`found` it, :meth:`done` with it."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self._behind = 0
        self._looked = self._found = 0.0

    def look(self) -> None:
        """Call it before looking. Pauses if the last two rounds were more work than waiting."""
        if self._behind > 1:
            self.stop.wait(PAUSE)
        self._looked = time.monotonic()

    def found(self) -> None:
        """Call it when there is something to do, or nothing came."""
        self._found = time.monotonic()

    def done(self, events: int, *, most: int) -> None:
        """Call it when that is done.

        Args:
            events: how many there were.
            most: that many are taken at a time; if so many were there, pausing would gain nothing.
        """
        waited, worked = self._found - self._looked, time.monotonic() - self._found
        in_vain = self._behind > 1 and events < WORTH
        at_ease = waited > worked or events >= most or in_vain
        self._behind = 0 if at_ease else self._behind + 1
