"""Whether a worker still takes the tasks that its own schedule sends.

Seen: Redis ended between a task and its acknowledgement. Celery said "Couldn't ack" and from then on went
round without a connection: no error, and no task ever again, so no quote and no sweep. A worker that is
so is ended, and its supervisor starts it anew.
"""

from __future__ import annotations

import time
from typing import Any

from celery.signals import task_postrun, task_prerun

#: Seconds after which a task that nobody has begun is missed.
STALLED_AFTER_S = 12.0


class CeleryWatchdog:
    """Compares what was sent with what is run, in one process."""

    def __init__(self) -> None:
        self._sent: list[float] = []
        self._running = 0
        task_prerun.connect(self._begun)
        task_postrun.connect(self._done)

    def sent(self) -> None:
        """The schedule has sent a task."""
        self._sent.append(time.monotonic())

    def stalled(self) -> bool:
        """Whether two tasks or more were sent since one was run, the first of them a while ago.

        One alone may have been lost with Redis; and while a long one runs the others wait.
        """
        late = self._sent and time.monotonic() - self._sent[0] > STALLED_AFTER_S
        return bool(late and len(self._sent) > 1 and not self._running)

    def _begun(self, **_: Any) -> None:
        self._running += 1
        self._sent.clear()

    def _done(self, **_: Any) -> None:
        self._running -= 1
        self._sent.clear()
