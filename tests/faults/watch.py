"""The invariants of ``compose.check``: those of every moment while faults are on, all of them after."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import psycopg2
import redis
from django.core.exceptions import ImproperlyConfigured

from compose.check.__main__ import check
from compose.check.invariants import INVARIANTS
from compose.check.model import Result
from compose.check.report import as_text

ALWAYS = tuple(invariant for invariant in INVARIANTS if invariant.always)
#: Seconds between two looks; after one that did not succeed.
PAUSE, AGAIN = 2.0, 0.3


@dataclass
class Watch:
    """Looks again and again, in a thread, until stopped.

    Attributes:
        looks: how many succeeded.
        blind: how many could not: PostgreSQL was away, or all that was on the disk.
        broken: the first look that found a violation, as a text; when, seconds after the start.
    """

    looks: int = 0
    blind: int = 0
    broken: str = ""
    begun: float = field(default_factory=time.monotonic)

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop or something is broken."""
        pause = AGAIN
        while not self.broken and not stop.wait(pause):
            try:
                results = check(ALWAYS, wait=0)
            except (psycopg2.Error, redis.RedisError, ImproperlyConfigured):
                self.blind, pause = self.blind + 1, AGAIN
                continue
            self.looks, pause = self.looks + 1, PAUSE
            if broken := _broken(results):
                self.broken = f"{time.monotonic() - self.begun:.1f} s after the start:\n{as_text(broken)}"


def at_rest(end: float) -> str:
    """Every invariant, until it holds or the time is over.

    Args:
        end: by the monotonic clock.

    Returns:
        What is broken, as a text; empty: nothing.
    """
    while True:
        try:
            results = check(INVARIANTS, wait=max(0.0, end - time.monotonic()))
            return as_text(broken) if (broken := _broken(results)) else ""
        except (psycopg2.Error, redis.RedisError) as error:
            if time.monotonic() >= end:
                return f"it cannot be looked at: {str(error).strip()}"
            time.sleep(0.5)


def _broken(results: list[Result]) -> list[Result]:
    return [result for result in results if result.count]
