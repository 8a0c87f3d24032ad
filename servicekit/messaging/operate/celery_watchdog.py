"""Detects a worker that no longer takes the tasks of its own schedule.

Observed: Redis stopped between a task and its acknowledgement. Celery logged "Couldn't ack" and from then
on looped without a connection: no error, and no more tasks, so no purges and no checks. Such a worker is
ended, and its supervisor starts it again.
"""

from __future__ import annotations

import time
from typing import Any

from celery.signals import task_postrun, task_prerun

#: Seconds after which a task that nobody has begun is missed.
STALLED_AFTER_S = 12.0
#: Seconds that the one after it is given: where tasks are further apart than that, it was sent only now.
NEXT_S = 5.0


class CeleryWatchdog:
    """Compares the tasks sent with the tasks run, in one process."""

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
        if len(self._sent) < 2 or self._running:
            return False
        now = time.monotonic()
        return now - self._sent[0] > STALLED_AFTER_S and now - self._sent[1] > NEXT_S

    def _begun(self, task: Any = None, **_: Any) -> None:
        self._count(task, 1)

    def _done(self, task: Any = None, **_: Any) -> None:
        self._count(task, -1)

    def _count(self, task: Any, more: int) -> None:
        """Nothing of what the schedule runs itself: that says nothing of Celery."""
        if task is None or not task.request.is_eager:
            self._running += more
            self._sent.clear()
