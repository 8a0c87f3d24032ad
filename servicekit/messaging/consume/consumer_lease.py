"""The lease to consume: one worker of a service holds it at a time.

Two consumers at once could handle two events of one subject in the wrong order, and their batches would
wait for each other's row locks. So the consumers of a service take turns in holding a lease, an advisory
lock in its database. The holder sees when another consumer waits, and hands the lease over when its time is
up. If none waits, a worker keeps the lease and checks once a second.

A canary's worker has a short lease and the stable worker a long one, so the canary handles about its share
of the events, and those that its handlers fail on are handled by the stable worker under the next lease.
See docs/adr/0017.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction

from servicekit.messaging.threads import database_errors

log = logging.getLogger(__name__)

#: The advisory lock's number; the relay's is another.
CONSUMER_LOCK = 7_002
#: Seconds of a lease when nobody says otherwise.
LEASE_S = 5.0
#: Seconds between two looks whether somebody waits, once the time is up.
CHECK_EVERY_S = 1.0
#: Seconds to wait for the lock before looking whether to stop.
LOCK_TIMEOUT_S = 2.0
#: For so many seconds of a lease, what the one before may have read without knowing that its own had ended
#: is looked for with each reading: longer than any reading waits.
OVERLAP_S = 5.0

# The server's own view, which no model has.
_WAITING = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objid = %s AND objsubid = 1 AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


class LeaseLost(Exception):
    """The database connection that held the lease is gone; another consumer may be at work."""


class ConsumerLease:
    """One consumer's lease, for its thread; the lock is held by the thread's database connection."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self._held_by: Any = None
        self._began = 0.0
        self._next_look = 0.0

    def wait(self) -> bool:
        """Wait until this consumer has the lease.

        Returns:
            False when it was asked to stop first.
        """
        while not self.stop.is_set():
            seconds = length()
            try:
                if seconds > 0 and _lock():
                    self._held_by = connection.connection
                    self._began = time.monotonic()
                    self._next_look = self._began + seconds
                    return True
            except database_errors as error:
                log.warning("the database does not answer the consumer: %s", error)
                connection.close()
                self.stop.wait(0.5)
            if seconds <= 0:  # a share of nothing
                self.stop.wait(1)
        return False

    def require(self) -> None:
        """Refuse to act in a transaction that is not protected by the lease.

        Raises:
            LeaseLost: it has another connection than the one that holds the lock.
        """
        if self._held_by is None or connection.connection is not self._held_by:
            raise LeaseLost

    def just_begun(self) -> bool:
        """Whether the consumer before may still be at what it read."""
        return time.monotonic() < self._began + OVERLAP_S

    def over(self) -> bool:
        """Whether the time is up and somebody waits.

        Raises:
            LeaseLost: as :meth:`require`.
        """
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + CHECK_EVERY_S
        self.require()
        try:
            with connection.cursor() as cursor:
                cursor.execute(_WAITING, [CONSUMER_LOCK])
                return bool(cursor.fetchone()[0]) or length() <= 0
        except database_errors:
            raise LeaseLost from None

    def end(self) -> None:
        """Hand over, if this consumer still has it."""
        if self._held_by is not None and connection.connection is self._held_by:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [CONSUMER_LOCK])
            except database_errors:
                connection.close()
        self._held_by = None


def length() -> float:
    """Seconds of a lease: the content of the file that BIRZHA_LEASE_FILE names, if any. 0: none at all."""
    file = os.environ.get("BIRZHA_LEASE_FILE")
    try:
        return float(Path(file).read_text(encoding="ascii")) if file else LEASE_S
    except (OSError, ValueError):
        return LEASE_S


def _lock() -> bool:
    """Take the lock, within ``LOCK_TIMEOUT_S``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [CONSUMER_LOCK])
        if cursor.fetchone()[0]:
            return True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [int(LOCK_TIMEOUT_S * 1000)])
            cursor.execute("SELECT pg_advisory_lock(%s)", [CONSUMER_LOCK])
        return True
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == "55P03":  # lock_not_available: not yet
            return False
        raise
