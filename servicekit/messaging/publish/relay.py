"""The relay: sends what the outbox holds to the service's stream, in order.

One relay per service at a time: a PostgreSQL advisory lock elects it, which keeps the order of each
subject. It is woken (``relay_wakeup``) after each commit, and polls every two seconds. No row is
locked and no transaction is open while it talks to Redis: a relay that dies after XADD and before
it has marked the rows sends them again, and the subscribers' inboxes ignore the second copy.

It also detects when Redis has lost entries (its last second in a crash, or everything): the stream's
last entry is then older than the last one that was appended. The missing events become unsent again, and
are sent in their old order before any new ones.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

import redis
from django.conf import settings
from django.db import connection

from servicekit.arrays import array
from servicekit.database import Statement, plan_for_any_size
from servicekit.faults import fault_point
from servicekit.messaging import metrics, streams
from servicekit.messaging.adaptive_batching import AdaptiveBatching
from servicekit.messaging.models import StreamState
from servicekit.messaging.publish.relay_wakeup import RelayWakeup
from servicekit.messaging.publish.stream_capacity import StreamCapacity
from servicekit.messaging.publish.stream_writer import ORIGIN, StreamWriter

log = logging.getLogger(__name__)

#: How many rows are sent at a time.
BATCH = 200
#: Seconds between two polls when nobody wakes the relay.
POLL_INTERVAL_S = 2.0
#: Seconds between two checks for what Redis may have lost while nothing is sent.
LOSS_CHECK_INTERVAL_S = 5.0
#: The advisory lock's number; locks are per database, so one number serves every service.
LEADER_LOCK = 7_001

# The oldest unsent events, and the last entry that the stream is known to have, with each of them. OFFSET 0
# keeps the planner from turning it around: from reading the whole outbox, and asking of each row whether
# it is unsent. The ORM's two queries take 5 times as long for 200 (by turns, the fastest of 21 runs).
_UNSENT = Statement(
    """
SELECT outbox_seq, type, envelope, (SELECT last_entry FROM stream_state)
FROM (SELECT outbox_seq FROM outbox_unsent ORDER BY outbox_seq LIMIT %s) AS oldest,
    LATERAL (SELECT type, envelope FROM outbox WHERE outbox.outbox_seq = oldest.outbox_seq OFFSET 0) AS event
ORDER BY outbox_seq
"""
)

# Nothing waits for the disk here: a note that a crash of PostgreSQL takes back means sending again, as when
# the relay dies before it. No later transaction is durable without the earlier ones, whoever's they are. The
# ORM's statements, a table each, take 25 times as long for one event, 16 times for 200 (by turns, 21 runs).
_SENT = Statement(
    """
WITH gone AS (
    DELETE FROM outbox_unsent WHERE outbox_seq = ANY(%s::bigint[])
), sent AS (
    INSERT INTO outbox_batches (outbox_seqs, last_entry) VALUES (%s::bigint[], %s) RETURNING last_entry
)
INSERT INTO stream_state (id, last_entry)
SELECT 1, last_entry FROM sent, set_config('synchronous_commit', 'off', true)
ON CONFLICT (id) DO UPDATE SET last_entry = excluded.last_entry
"""
)

# An entry's number is two numbers, which the ORM cannot compare as a pair.
_LOST = f"""
WITH lost AS (
    DELETE FROM outbox_batches WHERE {streams.LAST_ENTRY_KEY} > (%s, %s) RETURNING outbox_seqs
)
INSERT INTO outbox_unsent (outbox_seq) SELECT unnest(outbox_seqs) FROM lost ON CONFLICT DO NOTHING
"""


def lead(stop: threading.Event) -> bool:
    """Wait until this process is the service's only relay.

    Returns:
        True when it is; False when it was asked to stop first. The lock is held by this thread's
        database connection and lost with it.
    """
    plan_for_any_size()
    while not stop.is_set():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
            if cursor.fetchone()[0]:
                return True
        stop.wait(POLL_INTERVAL_S)
    return False


def run(stop: threading.Event) -> None:
    """Send until asked to stop. Raises whatever PostgreSQL raises; the lock is then gone as well."""
    wakeup = RelayWakeup()
    try:
        _run(stop, wakeup)
    finally:
        wakeup.close()


def _run(stop: threading.Event, wakeup: RelayWakeup) -> None:
    capacity, batching, next_loss_check = StreamCapacity(), AdaptiveBatching(stop), 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= next_loss_check:
                requeue_lost()
                next_loss_check = time.monotonic() + LOSS_CHECK_INTERVAL_S
            sent = _send_all(capacity)
            if sent is None:
                stop.wait(POLL_INTERVAL_S)
            batching.after_batch(sent or 0, batch_size=BATCH)
            batching.before_read()
            wakeup.wait(POLL_INTERVAL_S)
            batching.after_read()
        except redis.RedisError as error:
            log.warning("Redis does not answer the relay: %s", error)
            capacity = StreamCapacity()  # out of memory: look, and trim, before the next try
            stop.wait(POLL_INTERVAL_S)


def _send_all(capacity: StreamCapacity) -> int | None:
    """Send what there is. Returns how many; None when the stream is full before the end of it."""
    total = 0
    while capacity.left():
        sent = send_batch()
        capacity.use(sent)
        total += sent
        if sent < BATCH:
            return total
    return None


def send_batch() -> int:
    """Send the oldest unsent events, after whatever Redis has lost of those sent before.

    Returns:
        How many were sent, at most ``BATCH``.

    Raises:
        redis.RedisError: the stream did not take them all; those it did not are sent again.
    """
    while rows := _unsent():
        fault_point("relay.before_send")
        last_entry = rows[0].last_entry or ORIGIN
        answer = _send(last_entry, rows)
        if isinstance(answer, list):
            fault_point("relay.after_send")
            _mark(rows, answer[-1])
            metrics.sent(len(rows))
            return len(rows)
        _requeue(StreamState.objects.get(), last=answer)
    return 0


def requeue_lost() -> None:
    """Make unsent again what Redis has lost, if it has lost anything."""
    state = StreamState.objects.first()
    if state and isinstance(last := _send(state.last_entry, []), str):
        _requeue(state, last=last)


class Row(NamedTuple):
    """An event to be sent. ``last_entry``: the last that the stream is known to have; None: never any."""

    outbox_seq: int
    type: str
    envelope: str
    last_entry: str | None


def _unsent() -> list[Row]:
    """The oldest unsent events."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSENT, [BATCH])
        return [Row(*row) for row in cursor.fetchall()]


def _send(last_entry: str, rows: Sequence[Row]) -> list[str] | str:
    """The entries' ids; or, nothing being sent, the stream's last entry when it should have later ones."""
    entries = [{"type": row.type, "envelope": row.envelope} for row in rows]
    return _writer().append(entries, after=last_entry)


def _writer() -> StreamWriter:
    """This thread's."""
    place = settings.REDIS_URL, streams.stream_of(settings.SERVICE_NAME)
    if getattr(_writers, "place", None) != place:
        _writers.writer, _writers.place = StreamWriter(place[1]), place
    return _writers.writer


_writers = threading.local()


def _resume(stream: str, last: str) -> None:
    """Let the next entry be later than the last that the stream ever took, also if the clock went back.

    So no entry's id is given twice: what subscribers have acknowledged is known by these ids.
    """
    client = streams.shared()
    with client.pipeline() as transaction:
        if not client.exists(stream):
            transaction.xgroup_create(stream, "resume", id="0", mkstream=True)
            transaction.xgroup_destroy(stream, "resume")
        transaction.execute_command("XSETID", stream, last)
        transaction.execute()


def _mark(rows: Sequence[Row], last_entry: str) -> None:
    with connection.cursor() as cursor:
        seqs = array(row.outbox_seq for row in rows)
        cursor.execute(_SENT, [seqs, seqs, last_entry])


def _requeue(state: StreamState, *, last: str) -> None:
    """Make unsent again what the stream no longer has and not every subscriber has acknowledged."""
    since = max(streams.entry_key(last), streams.entry_key(state.confirmed))
    with connection.cursor() as cursor:
        cursor.execute(_LOST, list(since))
        lost = cursor.rowcount
    # Only now does the stream stop telling of a loss; a crash before this repeats the search.
    _resume(streams.stream_of(settings.SERVICE_NAME), state.last_entry)
    log.error(
        "Redis has lost events: its stream ends at %s, not at %s; %d are sent again",
        last, state.last_entry, lost,
    )  # fmt: skip
