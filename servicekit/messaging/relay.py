"""The relay: sends what the outbox holds to the service's stream, in order.

One relay per service at a time: a PostgreSQL advisory lock elects it, which keeps the order of each
subject. It is woken by a message after each commit and looks by itself every two seconds. No row is
locked and no transaction is open while it talks to Redis: a relay that dies after XADD and before
it has marked the rows sends them again, and the subscribers' inboxes drop the second copy.

It also sees when Redis has lost something (its last second in a crash, or everything): the stream's
last entry is then an earlier one than the last that the stream took. What is missing becomes unsent
again, and is sent in its old order before anything new.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction

from servicekit.faults import fault_point
from servicekit.messaging import metrics, streams
from servicekit.messaging.models import StreamState
from servicekit.messaging.pace import Pace
from servicekit.messaging.trim import Room

log = logging.getLogger(__name__)

#: How many rows are sent at a time.
BATCH = 200
#: Seconds between two looks when nobody wakes the relay.
INTERVAL = 2.0
#: Seconds between two looks for what Redis may have lost while nothing is sent.
LOSS_INTERVAL = 5.0
#: The advisory lock's number; locks are per database, so one number serves every service.
LEADER_LOCK = 7_001
#: Milliseconds that the search for what Redis lost may take; it reads the whole outbox.
RECOVERY_TIMEOUT = 120_000

# KEYS[1]: the stream. ARGV: the last entry it is known to have, then a type and an envelope per event.
# Answers the new entries; or, having added nothing, the stream's last entry when that is an earlier one.
_SEND = """
local function after(a, b)
    local a_time, a_number = a:match('(%d+)-(%d+)')
    local b_time, b_number = b:match('(%d+)-(%d+)')
    a_time, b_time = tonumber(a_time), tonumber(b_time)
    return a_time > b_time or (a_time == b_time and tonumber(a_number) > tonumber(b_number))
end
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
    local info = redis.call('XINFO', 'STREAM', KEYS[1])
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then last = info[i + 1] end
    end
end
if after(ARGV[1], last) then return last end
local entries = {}
for i = 2, #ARGV, 2 do
    entries[#entries + 1] = redis.call('XADD', KEYS[1], '*', 'type', ARGV[i], 'envelope', ARGV[i + 1])
end
return entries
"""

# KEYS[1]: the stream. ARGV[1]: the last entry that it ever took. Its next entry is later than that even
# if the clock went back meanwhile, so that no entry's id is given twice: what subscribers have
# acknowledged is known by these ids.
_RESUME = """
if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('XGROUP', 'CREATE', KEYS[1], 'resume', '0', 'MKSTREAM')
    redis.call('XGROUP', 'DESTROY', KEYS[1], 'resume')
end
redis.call('XSETID', KEYS[1], ARGV[1])
return 'OK'
"""

# Asked again and again; Django's query builder would be most of the cost.
_UNSENT = """
SELECT position, type, envelope FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT %s
"""

_MARK = """
UPDATE outbox SET published_at = statement_timestamp(), entry = sent.entry
FROM unnest(%s::bigint[], %s::text[]) AS sent (position, entry)
WHERE outbox.position = sent.position
"""

_REMEMBER = """
INSERT INTO stream_state (id, last_entry) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET last_entry = excluded.last_entry
"""

_LOST = """
UPDATE outbox SET published_at = NULL, entry = NULL
WHERE published_at IS NOT NULL AND entry IS NOT NULL
  AND (split_part(entry, '-', 1)::bigint, split_part(entry, '-', 2)::bigint) > (%s, %s)
"""


def lead(stop: threading.Event) -> bool:
    """Wait until this process is the service's only relay.

    Returns:
        True when it is; False when it was told to stop first. The lock is held by this thread's
        database connection and lost with it.
    """
    while not stop.is_set():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
            if cursor.fetchone()[0]:
                return True
        stop.wait(INTERVAL)
    return False


def run(stop: threading.Event) -> None:
    """Send until told to stop. Raises whatever PostgreSQL raises; the lock is then gone as well."""
    wakes = streams.connect().pubsub(ignore_subscribe_messages=True)
    room = Room()
    pace = Pace(stop)
    subscribed, next_look = False, 0.0
    while not stop.is_set():
        try:
            if not subscribed:
                wakes.subscribe(streams.wake_channel(settings.SERVICE_NAME))
                subscribed = True
            if time.monotonic() >= next_look:
                take_back_lost()
                next_look = time.monotonic() + LOSS_INTERVAL
            sent = _send_while(room)
            if sent is None:
                stop.wait(INTERVAL)
            pace.done(sent or 0, most=BATCH)
            pace.look()
            if wakes.get_message(timeout=INTERVAL):
                while wakes.get_message(timeout=0):
                    pass
            pace.found()
        except redis.RedisError as error:
            log.warning("Redis does not answer the relay: %s", error)
            room = Room()  # out of memory: look, and trim, before the next try
            subscribed = False
            wakes.close()
            wakes = streams.connect().pubsub(ignore_subscribe_messages=True)
            stop.wait(INTERVAL)
    wakes.close()


def _send_while(room: Room) -> int | None:
    """Send what there is. Returns how many; None when the stream is full before the end of it."""
    total = 0
    while room.left():
        sent = send_batch()
        room.taken(sent)
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
        state = StreamState.objects.first() or StreamState()
        fault_point("relay.before_send")
        entries = _send(state.last_entry, rows)
        if isinstance(entries, list):
            fault_point("relay.after_send")
            _mark([position for position, _, _ in rows], entries)
            metrics.sent(len(rows))
            return len(rows)
        _take_back(state, last=entries)
    return 0


def take_back_lost() -> None:
    """Make unsent again what Redis has lost, if it has lost anything."""
    state = StreamState.objects.first()
    if state and isinstance(last := _send(state.last_entry, []), str):
        _take_back(state, last=last)


def _unsent() -> list[tuple[int, str, str]]:
    """The oldest unsent events: position, type, envelope."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSENT, [BATCH])
        rows: list[tuple[int, str, str]] = cursor.fetchall()
    return rows


def _send(last_entry: str, rows: Sequence[tuple[int, str, str]]) -> list[str] | str:
    """The entries' ids; or, nothing being sent, the stream's last entry when it should have later ones."""
    arguments: list[Any] = [last_entry]
    for _, type_name, envelope in rows:
        arguments += (type_name, envelope)
    stream = streams.stream_of(settings.SERVICE_NAME)
    answer: list[str] | str = _script()(keys=[stream], args=arguments)
    return answer


@functools.cache
def _script() -> Any:
    return streams.shared().register_script(_SEND)


def _mark(positions: list[int], entries: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK, [positions, entries])
        cursor.execute(_REMEMBER, [entries[-1]])


def _take_back(state: StreamState, *, last: str) -> None:
    """Make unsent again what the stream no longer has and not every subscriber has acknowledged."""
    since = max(streams.entry_key(last), streams.entry_key(state.confirmed))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [RECOVERY_TIMEOUT])
        cursor.execute(_LOST, list(since))
        lost = cursor.rowcount
    # Only now does the stream stop telling of a loss; a crash before this repeats the search.
    streams.shared().register_script(_RESUME)(
        keys=[streams.stream_of(settings.SERVICE_NAME)], args=[state.last_entry]
    )
    log.error(
        "Redis has lost events: its stream ends at %s, not at %s; %d are sent again",
        last, state.last_entry, lost,
    )  # fmt: skip
