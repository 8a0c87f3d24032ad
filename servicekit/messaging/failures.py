"""What is remembered of events whose handler raised, and how one is given up."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from servicekit.messaging import streams
from servicekit.messaging.models import FailedEvent

log = logging.getLogger(__name__)

#: After so many failures an event goes to the dead letters: about four minutes with the waits below.
MAX_ATTEMPTS = 10
#: Seconds to wait after the first failure; doubled with each, up to ``LONGEST_WAIT``.
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0


def wait_after(attempts: int) -> float:
    """Seconds to wait after the given number of failures."""
    return float(min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT))


def record(*, event_id: str, stream: str, type: str, subject: str, envelope: str, error: str) -> int:
    """Count one more failure of an event.

    Returns:
        How many there have been.
    """
    with transaction.atomic():
        FailedEvent.objects.get_or_create(
            event_id=event_id,
            defaults={"stream": stream, "type": type, "subject": subject, "envelope": envelope, "error": ""},
        )
        FailedEvent.objects.filter(event_id=event_id).update(attempts=F("attempts") + 1, error=error)
        return FailedEvent.objects.values_list("attempts", flat=True).get(event_id=event_id)


def forget(event_id: str) -> None:
    """An event that failed before has been handled."""
    FailedEvent.objects.filter(event_id=event_id, dead_at__isnull=True).delete()


def give_up(*, event_id: str, stream: str, envelope: str, error: str) -> None:
    """Put an event on the service's dead-letter stream, where operators find it."""
    streams.shared().xadd(
        streams.dead_letters_of(settings.SERVICE_NAME),
        {"stream": stream, "envelope": envelope, "error": error},
    )
    FailedEvent.objects.filter(event_id=event_id).update(dead_at=timezone.now())
    log.error("event %s from %s is a dead letter now: %s", event_id, stream, error)
