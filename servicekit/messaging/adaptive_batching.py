"""When to wait for more events: a transaction for one costs nearly as much as a transaction for fifty.

A thread that is mostly idle handles each event at once, so a quiet system responds in milliseconds. A
thread that was busy for most of the last half second is behind: it pauses before the next read, handles
all events that have arrived in one batch, and so uses a fraction of the CPU for each. It stops pausing
when a pause brought no events.
"""

from __future__ import annotations

import math
import threading
import time

#: Seconds to let events gather.
PAUSE_S = 0.04
#: Fewer than this have not been worth a pause.
MIN_EVENTS = 3
#: The share of time that a consumer with a backlog works, and the seconds over which it is averaged.
BUSY_SHARE, WINDOW_S = 0.6, 0.5


class AdaptiveBatching:
    """State of one thread that reads and handles in a loop; call it before and after each step."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self._pauses = False
        self._busy = 0.0
        self._looked = self._found = 0.0

    def before_read(self) -> None:
        """Call it before looking. Pauses if this thread is behind."""
        if self._pauses:
            self.stop.wait(PAUSE_S)
        self._looked = time.monotonic()

    def after_read(self) -> None:
        """Call it when there is something to do, or nothing came."""
        self._found = time.monotonic()

    def after_batch(self, events: int, *, batch_size: int) -> None:
        """Call it when that is done.

        Args:
            events: how many there were.
            batch_size: that many are taken at a time; if so many were there, pausing would gain nothing.
        """
        now = time.monotonic()
        if self._pauses and events < MIN_EVENTS:
            self._busy = 0.0
        elif not self._pauses and now > self._looked:
            share = (now - self._found) / (now - self._looked)
            self._busy += (share - self._busy) * -math.expm1((self._looked - now) / WINDOW_S)
        self._pauses = self._busy > BUSY_SHARE and events < batch_size
