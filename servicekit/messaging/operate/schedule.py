"""Celery's scheduler for machines whose clock may jump."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.beat import Scheduler


class SteadyScheduler(Scheduler):
    """A scheduler that keeps running when the clock is set back.

    Celery remembers when each task last ran. After a clock that was ahead has been put right, that is in
    the future, and nothing would be due until the clock is there again: an hour without a quote or a sweep.
    """

    #: Called for each task that was sent.
    on_sent: Callable[[], None] | None = None

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """As Celery's own."""
        result = super().apply_async(*args, **options)
        if self.on_sent is not None:
            self.on_sent()
        return result

    def tick(self, *args: Any, **options: Any) -> float:
        """Count from now whatever ran "in the future", then do what is due. Returns seconds to wait."""
        now = self.app.now()
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at and entry.last_run_at > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None  # its times are the wrong clock's as well
        return float(super().tick(*args, **options))
