"""Removes old rows of the outbox and the inbox, and keeps their counts and digests as proof.

An outbox row goes when it is older than ``OUTBOX_DAYS`` and every known subscriber has acknowledged it; an
inbox row when its event is older than ``INBOX_DAYS``, which is longer. Removing rows also adds, in the same
transaction, their number and digest to ``removed_events``, per type and UTC day of the event's UUIDv7.
Digests add up: of what is there and what is gone together they are the same on both sides, however much
either side has removed. The views ``published_totals`` and ``handled_totals`` say them. The digest is the
database's own function: with the ORM's read and delete around it, 500 rows take 1.5 times as long (by turns).

An inbox that no longer knows an old event could handle it twice: see ``consume/dedupe_window.py``.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from servicekit.ids import first_id
from servicekit.messaging.models import Replay, StreamGroup

#: Rows of one transaction.
CHUNK = 500
#: Seconds that one run may take; the next comes in a minute. The worker does nothing else meanwhile.
BUDGET = 1.0

# What is sent and not acknowledged by everybody still stands in a batch. outbox_seq rises with time: behind
# rows that are not old there are no old ones, and they are not read. Read and deleted by the ORM, without the
# digests, which PostgreSQL alone can make, 500 rows take twice as long, of the inbox 2.3 times (by turns, 9
# runs).
_OUTBOX = """
WITH chunk AS (
    SELECT outbox_seq FROM (
        SELECT outbox_seq, created_at FROM outbox
        WHERE outbox_seq > %(after)s ORDER BY outbox_seq LIMIT %(chunk)s
    ) AS oldest WHERE created_at < %(before)s
), gone AS (
    DELETE FROM outbox USING chunk
    WHERE outbox.outbox_seq = chunk.outbox_seq
      AND NOT EXISTS (SELECT FROM outbox_unsent AS unsent WHERE unsent.outbox_seq = chunk.outbox_seq)
      AND chunk.outbox_seq NOT IN (SELECT unnest(outbox_seqs) FROM outbox_batches)
    RETURNING outbox.id, outbox.type
), noted AS (
    INSERT INTO removed_events (side, type, day, count, digest)
    SELECT 'outbox', type, event_day(id), count(*), sum(event_hash(id)) FROM gone GROUP BY 2, 3
    ON CONFLICT (side, type, day) DO UPDATE
    SET count = removed_events.count + excluded.count, digest = removed_events.digest + excluded.digest
)
SELECT (SELECT max(outbox_seq) FROM chunk), (SELECT count(*) FROM gone)
"""

_INBOX = """
WITH chunk AS (
    SELECT consumer, event_id FROM inbox
    WHERE consumer = %(consumer)s AND event_id < %(before)s
    ORDER BY event_id LIMIT %(chunk)s
), gone AS (
    DELETE FROM inbox USING chunk
    WHERE inbox.consumer = chunk.consumer AND inbox.event_id = chunk.event_id
    RETURNING inbox.event_id, inbox.type
), noted AS (
    INSERT INTO removed_events (side, type, day, count, digest)
    SELECT 'inbox', type, event_day(event_id), count(*), sum(event_hash(event_id)) FROM gone GROUP BY 2, 3
    ON CONFLICT (side, type, day) DO UPDATE
    SET count = removed_events.count + excluded.count, digest = removed_events.digest + excluded.digest
)
SELECT count(*) FROM gone
"""


def outbox_remove_old(now: datetime | None = None) -> int:
    """Remove outbox rows that nobody needs any more, a chunk at a time.

    Returns:
        How many; 0 while no subscriber is known.
    """
    if not StreamGroup.objects.exists():
        return 0
    before = (now or timezone.now()) - timedelta(days=settings.OUTBOX_DAYS)
    values: dict[str, Any] = {"before": before, "chunk": CHUNK, "after": 0}
    removed, end = 0, time.monotonic() + BUDGET
    while time.monotonic() < end:
        values["after"], gone = _one(_OUTBOX, values)
        removed += gone
        if not gone:  # the rest of the old rows waits for a subscriber, or there is no more
            break
    return removed


def replays_remove_old() -> None:
    """Forget who had what sent again when the outbox no longer has it."""
    Replay.objects.filter(at__lt=timezone.now() - timedelta(days=settings.OUTBOX_DAYS)).delete()


def inbox_remove_old(now: datetime | None = None) -> int:
    """Remove inbox rows of events that can no longer come, a chunk at a time. Returns how many."""
    before = first_id((now or timezone.now()) - timedelta(days=settings.INBOX_DAYS))
    values = {"consumer": settings.SERVICE_NAME, "before": str(before), "chunk": CHUNK}
    removed, end = 0, time.monotonic() + BUDGET
    while time.monotonic() < end:
        (gone,) = _one(_INBOX, values)
        removed += gone
        if gone < CHUNK:
            break
    return removed


def _one(statement: str, values: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
