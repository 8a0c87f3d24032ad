"""Failed events: how they are recorded, and when one becomes a dead letter.

They are rows of the table ``failed_events``. If the row cannot be written, the error is raised, so that the
event is not acknowledged and is read again: it is always on the stream or in the table.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from servicekit.contracts import ContractError
from servicekit.messaging import metrics
from servicekit.messaging.envelope import origin_of, parse
from servicekit.messaging.models import FailedEvent, InboxEvent
from servicekit.telemetry import log_event, origin_context

log = logging.getLogger(__name__)

#: After so many failures an event goes to the dead letters: about four minutes with the waits below.
MAX_ATTEMPTS = 10
#: Seconds to wait after the first failure; doubled with each, up to ``MAX_BACKOFF_S``.
MIN_BACKOFF_S = 0.5
MAX_BACKOFF_S = 60.0


def backoff_s(attempts: int) -> float:
    """Seconds to wait after the given number of failures."""
    return float(min(MIN_BACKOFF_S * 2 ** (attempts - 1), MAX_BACKOFF_S))


def record(*, event_id: str, stream: str, type: str, subject: str, envelope: str, error: str) -> int:
    """Count one more failure of an event.

    Returns:
        How many there have been.
    """
    metrics.retried(type)
    kept = {
        "stream": stream,
        "type": _storable(type)[:100],
        "subject": _storable(subject)[:100],
        "envelope": _storable(envelope),
        "error": _storable(error),
    }
    with transaction.atomic():
        FailedEvent.objects.get_or_create(event_id=event_id, defaults=kept)
        FailedEvent.objects.filter(event_id=event_id).update(attempts=F("attempts") + 1, error=kept["error"])
        return FailedEvent.objects.values_list("attempts", flat=True).get(event_id=event_id)


def forget(event_ids: Collection[UUID]) -> None:
    """Events that failed before have been handled."""
    FailedEvent.objects.filter(event_id__in=event_ids).delete()


def forget_handled() -> set[UUID]:
    """Forget what was handled while no consumer was there to see it. Returns what is left."""
    handled = InboxEvent.objects.filter(consumer=settings.SERVICE_NAME, event_id=OuterRef("event_id"))
    FailedEvent.objects.filter(Exists(handled)).delete()
    return set(FailedEvent.objects.values_list("event_id", flat=True))


def refuse(*, stream: str, envelope: str, error: str) -> None:
    """Give up at once what cannot be handled as it is, however often one tries."""
    event_id, type_name, subject = identity(envelope)
    with origin_context(origin_of(envelope)), transaction.atomic():
        record(
            event_id=event_id, stream=stream, type=type_name, subject=subject, envelope=envelope, error=error
        )  # fmt: skip
        give_up(event_id=event_id, stream=stream, error=error)


def give_up(*, event_id: str, stream: str, error: str) -> None:
    """Make an event that has been recorded a dead letter, which operators find."""
    row = FailedEvent.objects.filter(event_id=event_id)
    row.update(dead_at=timezone.now())
    metrics.died(row.values_list("type", flat=True).first() or "")
    log_event(
        log,
        "event.dead_letter",
        f"event {event_id} from {stream} is a dead letter now: {error}",
        level=logging.ERROR,
        event_id=event_id,
    )


def identity(envelope: str) -> tuple[str, str, str]:
    """The id, type and subject of an envelope; for what is none, an id made of its text."""
    try:
        attributes = parse(envelope)
        return str(attributes["id"]), str(attributes["type"]), str(attributes["subject"])
    except ContractError:
        return str(uuid5(NAMESPACE_OID, envelope)), "", ""


def _storable(text: str) -> str:
    """Text that PostgreSQL keeps: without zero bytes."""
    return text.replace("\x00", "\\x00")
