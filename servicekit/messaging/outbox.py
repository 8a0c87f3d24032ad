"""Appending to the outbox. Only use-cases (``services``) call this."""

from __future__ import annotations

import logging
from uuid import UUID

import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.contracts import Event
from servicekit.ids import new_id
from servicekit.messaging import envelope, streams
from servicekit.messaging.models import OutboxEvent
from servicekit.telemetry import current_request_id, current_traceparent

log = logging.getLogger(__name__)


def publish(event: Event, *, sequence: int = 1) -> UUID:
    """Append an event to the outbox, to be sent once the current transaction has committed.

    Args:
        event: a contract of this service.
        sequence: its number among the events of its subject, counted by the aggregate itself
            (its version); 1 for a subject that has only one.

    Returns:
        The event's id.

    Raises:
        TransactionManagementError: there is no transaction.
        IntegrityError: the subject has an event of that number already: two writers raced.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an event is published inside a transaction")
    event_id = new_id()
    OutboxEvent.objects.create(
        id=event_id,
        type=event.TYPE,
        subject=event.subject,
        sequence=sequence,
        envelope=envelope.seal(
            event,
            id=event_id,
            source=settings.SERVICE_NAME,
            sequence=sequence,
            time=timezone.now(),
            request_id=current_request_id(),
            traceparent=current_traceparent(),
        ),
    )
    if not any(func is wake_relay for _, func, _ in connection.run_on_commit):
        transaction.on_commit(wake_relay)
    return event_id


def wake_relay() -> None:
    """Tell the relay to look now. Losing this message costs a second: the relay also looks by itself."""
    try:
        streams.shared().publish(streams.wake_channel(settings.SERVICE_NAME), "")
    except redis.RedisError as error:
        log.warning("the relay could not be woken: %s", error)
