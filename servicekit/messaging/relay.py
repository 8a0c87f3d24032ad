"""The relay: sends what the outbox holds to the service's stream, in order.

One relay per service at a time: a PostgreSQL advisory lock elects it, which keeps the order of each
subject. It is woken by a message after each commit and looks by itself every second. No row is
locked and no transaction is open while it talks to Redis: a relay that dies after XADD and before
it has marked the rows sends them again, and the subscribers' inboxes drop the second copy.
"""

from __future__ import annotations

import logging
import threading

import redis
from django.conf import settings
from django.db import connection

from servicekit.messaging import streams
from servicekit.messaging.models import OutboxEvent

log = logging.getLogger(__name__)

#: How many rows go in one pipeline.
BATCH = 200
#: Seconds between two looks when nobody wakes the relay.
INTERVAL = 1.0
#: The advisory lock's number; locks are per database, so one number serves every service.
LEADER_LOCK = 7_001


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
    subscribed = False
    while not stop.is_set():
        try:
            if not subscribed:
                wakes.subscribe(streams.wake_channel(settings.SERVICE_NAME))
                subscribed = True
            while send_batch() == BATCH:
                pass
            if wakes.get_message(timeout=INTERVAL):
                while wakes.get_message(timeout=0):
                    pass
        except redis.RedisError as error:
            log.warning("Redis does not answer the relay: %s", error)
            subscribed = False
            wakes.close()
            wakes = streams.connect().pubsub(ignore_subscribe_messages=True)
            stop.wait(INTERVAL)
    wakes.close()


def send_batch() -> int:
    """Send the oldest unsent events.

    Returns:
        How many were sent, at most ``BATCH``.

    Raises:
        redis.RedisError: the stream did not take them; they stay unsent.
    """
    rows = list(
        OutboxEvent.objects.filter(published_at__isnull=True)
        .order_by("position")
        .values_list("position", "envelope")[:BATCH]
    )
    if not rows:
        return 0
    stream = streams.stream_of(settings.SERVICE_NAME)
    pipeline = streams.shared().pipeline(transaction=False)
    for _, envelope in rows:
        pipeline.xadd(stream, {"envelope": envelope})
    pipeline.execute()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox SET published_at = statement_timestamp() WHERE position = ANY(%s)",
            [[position for position, _ in rows]],
        )
    return len(rows)
