"""Running handlers exactly once per event: the inbox row and the effect share one transaction.

A batch is handled in *waves* of calls, so that its events can be handled many at a time and each subject's
events still in their order: the first wave has the first event of every subject, the second wave
the second ones, and so on. Within a wave, events of one type go to their handler together. Handlers
that ask for it take a subject's next event in the same call, or several types in the order of the
stream (``subscriptions``).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from servicekit import tracing
from servicekit.arrays import array
from servicekit.database import Statement, execute_deferred, send_deferred
from servicekit.faults import fault_point
from servicekit.messaging import metrics
from servicekit.messaging.consume.subscriptions import Handler, subscriptions, takes_many
from servicekit.messaging.envelope import Received
from servicekit.messaging.models import InboxEvent
from servicekit.telemetry import SEVERAL, context_of, log_each, origin_context

log = logging.getLogger(__name__)

#: By id, each once, in the order of the stream.
_Received = dict[UUID, Received[Any]]
_New = list[Received[Any]]

# All of them new, as they nearly always are, or an error: goes with the first statement of the handlers.
_INSERT_ALL = Statement(
    """
INSERT INTO inbox (consumer, event_id, type)
SELECT %s::text, event_id, type FROM unnest(%s::uuid[], %s::text[]) AS received (event_id, type)
ORDER BY event_id
"""
)

# A read and bulk_create take 8 times as long for one event, 6 times for 50 (by turns, fastest of 31 runs).
_INSERT_NEW = Statement(f"{_INSERT_ALL} ON CONFLICT DO NOTHING RETURNING event_id")


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
    received: dict[UUID, Received[Any]] = {}
    for message in messages:
        received.setdefault(message.id, message)
    try:
        return _handle(received, allowed, _insert_all)
    except IntegrityError as error:
        if not _is_known(error):
            raise
    return _handle(received, allowed, _insert_new)


def _handle(
    received: _Received, allowed: Callable[[], None] | None, take: Callable[[_Received], _New]
) -> int:
    ran: list[metrics.HandlerCall] = []
    with transaction.atomic():
        if allowed is not None:
            allowed()
        new = take(received)
        try:
            for call in handler_calls(new):
                begun = time.perf_counter()
                _run(subscriptions()[call[0].type].handler, call)
                ran.append(([message.type for message in call], time.perf_counter() - begun))
        except DatabaseError:
            raise
        except Exception:
            send_deferred()  # what was handled before is no failure of the handler
            raise
        fault_point("consumer.before_commit")
    metrics.committed(ran)
    if new:
        log_each(
            log, "event.handled", "an event is handled", ((message, log_fields(message)) for message in new)
        )
    return len(new)


def handler_calls(messages: Sequence[Received[Any]]) -> Iterator[list[Received[Any]]]:
    """What is given to the handlers, call by call: each subject's messages in their order.

    A call has messages of one type and no subject twice, unless its handler takes more.
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


def _run(handler: Handler, call: list[Received[Any]]) -> None:
    if not tracing.is_on():
        _give(handler, call)
        return
    from servicekit.messaging.consume import traced_calls

    with traced_calls.handling(call) as messages:
        _give(handler, messages)


def _give(handler: Handler, messages: Sequence[Received[Any]]) -> None:
    if takes_many(handler):
        with context_of(messages[0]) if len(messages) == 1 else origin_context(SEVERAL):
            handler(messages)
        return
    for message in messages:
        with context_of(message):
            handler(message)


def log_fields(message: Received[Any]) -> dict[str, str]:
    """What a log line says of an event: never its payload."""
    return {"event_id": str(message.id), "type": message.type, "subject": message.subject}


def _insert_all(received: _Received) -> _New:
    """Insert the inbox rows of all. The primary key decides: if one is known, the transaction fails later."""
    execute_deferred(_INSERT_ALL, _rows(received))
    return list(received.values())


def _insert_new(received: _Received) -> _New:
    """Insert the inbox rows; the primary key decides which are new. Each new message once, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_NEW, _rows(received))
        new = {row[0] for row in cursor.fetchall()}
    return [message for id, message in received.items() if id in new]


def _rows(received: _Received) -> list[str]:
    return [settings.SERVICE_NAME, array(received), array(message.type for message in received.values())]


def _is_known(error: IntegrityError) -> bool:
    """Whether what is there already is an inbox row."""
    cause: Any = error.__cause__
    return cause is not None and bool(cause.diag.table_name == InboxEvent._meta.db_table)
