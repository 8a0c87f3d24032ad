"""Erases how to address users whose accounts are closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from notification_service.delivery.models import Contact, Delivery


def contacts_forget(*, closed: Iterable[tuple[UUID, int, datetime]]) -> None:
    """Erase the e-mail and the name; the language stays, in which the last mail is written.

    Args:
        closed: user, version (the sequence of the event), and when the account was closed. What is
            older than the version and comes late changes nothing.
    """
    for user_id, version, closed_at in closed:
        Contact.objects.update_or_create(
            user_id=user_id,
            defaults={"email": "", "display_name": "", "version": version, "closed_at": closed_at},
            create_defaults={
                "email": "", "display_name": "", "version": version, "closed_at": closed_at, "locale": "en",
            },
        )  # fmt: skip


def contacts_closed_between(since: datetime, until: datetime) -> list[UUID]:
    """The users whose accounts were closed in a span of time."""
    closed = Contact.objects.filter(closed_at__gte=since, closed_at__lt=until)
    return list(closed.values_list("user_id", flat=True))


def deliveries_forget(*, notification_ids: Iterable[UUID]) -> None:
    """Delete what is on its way, and what became of what was."""
    Delivery.objects.filter(notification_id__in=list(notification_ids)).delete()
