"""Running handlers exactly once per event: the inbox row and the effect share one transaction.

A batch is handled in *waves*, so that its events can be handled many at a time and each subject's
events still in their order: the first wave has the first event of every subject, the second wave
the second ones, and so on. Within a wave, events of one type go to their handler together. Handlers
that ask for it take a subject's next event in the same call, or several types in the order of the
stream (``subscriptions``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from servicekit.arrays import array
from servicekit.database import Statement
from servicekit.faults import fault_point
from servicekit.messaging import metrics
from servicekit.messaging.consume.subscriptions import Handler, subscriptions, takes_many
from servicekit.messaging.envelope import Received
from servicekit.telemetry import request_context

_TAKE = Statement(
    """
INSERT INTO inbox (consumer, event_id, type)
SELECT %s::text, event_id, type FROM unnest(%s::uuid[], %s::text[]) AS received (event_id, type)
ORDER BY event_id
ON CONFLICT DO NOTHING RETURNING event_id
"""
)


def handle(messages: Sequence[Received[Any]], *, allowed: Callable[[], None] | None = None) -> int:
    """Handle messages in one transaction, skipping those handled before.

    Args:
        messages: in the order of their stream.
        allowed: called first inside the transaction; raises when it must not be.

    Returns:
        How many were new.

    Raises:
        Exception: whatever a handler raised; nothing of the whole sequence has happened then.
    """
    ran: list[metrics.Ran] = []
    with transaction.atomic():
        if allowed is not None:
            allowed()
        new = _take(messages)
        for call in waves(new):
            begun = time.perf_counter()
            for handler in subscriptions()[call[0].type].handlers:
                _run(handler, call)
            ran.append(([message.type for message in call], time.perf_counter() - begun))
        fault_point("consumer.before_commit")
    metrics.committed(ran)
    return len(new)


def waves(messages: Sequence[Received[Any]]) -> Iterator[list[Received[Any]]]:
    """What is given to the handlers, call by call: each subject's messages in their order.

    A call has messages of one type and no subject twice, unless its handlers take more.
    """
    table = subscriptions()
    calls: dict[tuple[int, str], list[Received[Any]]] = {}
    latest: dict[str, tuple[int, str]] = {}  # of each subject: its wave, and what took it
    reached: dict[str, int] = {}  # by what keeps the order of the stream
    for message in messages:
        to = table[message.type]
        wave, before = latest.get(message.subject, (0, ""))
        if not (to.repeats_subjects and to.call == before):
            wave += 1
        if to.keeps_stream_order:
            wave = reached[to.call] = max(wave, reached.get(to.call, 0))
        latest[message.subject] = wave, to.call
        calls.setdefault((wave, to.call), []).append(message)
    for key in sorted(calls, key=lambda key: key[0]):
        yield calls[key]


def _run(handler: Handler, messages: list[Received[Any]]) -> None:
    if takes_many(handler):
        handler(messages)
        return
    for message in messages:
        with request_context(message.request_id, message.traceparent):
            handler(message)


def _take(messages: Sequence[Received[Any]]) -> list[Received[Any]]:
    """Insert the inbox rows; the primary key decides which are new. Each new message once, in order."""
    received: dict[UUID, Received[Any]] = {}
    for message in messages:
        received.setdefault(message.id, message)
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [settings.SERVICE_NAME, array(received), array(m.type for m in received.values())],
        )
        if cursor.rowcount == len(received):  # all of them, nearly always: no need to read which
            return list(received.values())
        new = {row[0] for row in cursor.fetchall()}
    return [message for id, message in received.items() if id in new]
