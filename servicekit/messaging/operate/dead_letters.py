"""Operators' actions on dead letters: list, retry, drop."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts import ContractError
from servicekit.messaging.consume import inbox
from servicekit.messaging.envelope import from_attributes, origin_of, parse
from servicekit.messaging.models import DroppedEvent, FailedEvent, InboxEvent
from servicekit.telemetry import NO_ORIGIN, log_event, origin_context

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a retry: ``error`` is "" when the event has been handled."""

    event_id: UUID
    error: str

    @property
    def handled(self) -> bool:
        return not self.error


def dead_letters() -> QuerySet[FailedEvent]:
    """The dead letters, oldest first."""
    return FailedEvent.objects.filter(dead_at__isnull=False).order_by("dead_at", "event_id")


def retry(event_id: UUID, *, by: Actor | None = None, reason: str = "") -> Outcome:
    """Handle a dead letter again, through the inbox, in a transaction of its own.

    Args:
        by, reason: the operator and why, for the audit trail; None: nobody asked for it.

    Returns:
        What came of it. It stays a dead letter, with the new error, when its handler raises again.

    Raises:
        FailedEvent.DoesNotExist: there is no such dead letter.
    """
    origin = NO_ORIGIN
    try:
        with transaction.atomic():
            row = dead_letters().select_for_update().get(event_id=event_id)
            origin = origin_of(row.envelope)
            inbox.handle([from_attributes(parse(row.envelope))])
            _record("event.retry", row, by=by, reason=reason, after={"handled": True})
            row.delete()
    except FailedEvent.DoesNotExist:
        raise
    except Exception as error:
        with origin_context(origin):
            log_event(
                log,
                "event.failed",
                f"dead letter {event_id} failed again",
                level=logging.ERROR,
                error=error,
                event_id=event_id,
            )
        with transaction.atomic():
            dead_letters().filter(event_id=event_id).update(attempts=F("attempts") + 1, error=repr(error))
            for row in dead_letters().filter(event_id=event_id):
                _record("event.retry", row, by=by, reason=reason, after={"handled": False})
        return Outcome(event_id, repr(error))
    return Outcome(event_id, "")


def drop(event_id: UUID, *, by: Actor, reason: str) -> None:
    """Decide that a dead letter is never handled. What it was, who decided and why is kept.

    Args:
        by: who decides.
        reason: why; not empty.

    Raises:
        FailedEvent.DoesNotExist: there is no such dead letter.
        ValueError: no reason.
    """
    if not reason.strip():
        raise ValueError("a reason is needed")
    with transaction.atomic():
        row = dead_letters().select_for_update().get(event_id=event_id)
        DroppedEvent.objects.create(
            event_id=row.event_id, stream=row.stream, type=row.type, subject=row.subject,
            envelope=row.envelope, attempts=row.attempts, error=row.error,
            first_failed_at=row.first_failed_at, dropped_by=by.key, reason=reason.strip(),
        )  # fmt: skip
        if _is_event(row.envelope):  # when it comes again, it counts as handled
            InboxEvent.objects.bulk_create(
                [InboxEvent(consumer=settings.SERVICE_NAME, event_id=row.event_id, type=row.type)],
                ignore_conflicts=True,
            )
        _record("event.drop", row, by=by, reason=reason, after={"dropped": True})
        row.delete()


def _record(action: str, row: FailedEvent, *, by: Actor | None, reason: str, after: dict[str, Any]) -> None:
    if by is not None:
        before = {"subject": row.subject, "attempts": row.attempts, "error": row.error}
        record(action, row, by=by, reason=reason, before=before, after=after)


def _is_event(envelope: str) -> bool:
    try:
        parse(envelope)
    except ContractError:
        return False
    return True
