"""How far back the inbox remembers what was handled.

An inbox that no longer knows an old event could handle it twice. So an event older than the inbox
remembers (:func:`window_start`) is not handled when it comes but becomes a dead letter.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from servicekit.ids import first_id
from servicekit.messaging.models import RemovedEvents

#: How much sooner than the inbox forgets an event it is refused: clocks may differ, never by so much.
MARGIN = timedelta(days=1)


class OutsideDedupeWindow(Exception):
    """The inbox may have forgotten whether the event was handled: too old to be handled by itself."""

    def __init__(self) -> None:
        super().__init__(
            "older than what the inbox remembers: it may have been handled before. "
            "See whether its effect is there; then drop it, or retry it."
        )


def window_start(*, removed: datetime | None) -> UUID:
    """The smallest event id of which the inbox surely knows whether it was handled.

    Args:
        removed: :func:`removed_until`, as read when the process started. What is removed since then is
            older than ``INBOX_DAYS``.
    """
    limit = timezone.now() - timedelta(days=settings.INBOX_DAYS) + MARGIN
    if removed is not None:  # the setting was lower once
        limit = max(limit, removed)
    return first_id(limit)


def removed_until() -> datetime | None:
    """The end of the last UTC day of which inbox rows were removed; None: never."""
    last = RemovedEvents.objects.filter(side=RemovedEvents.Side.INBOX).aggregate(day=Max("day"))["day"]
    if last is None:
        return None
    return datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
