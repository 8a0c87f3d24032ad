"""Erases users whose accounts are closed; the last mail, which tells them so, goes out before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from notification_service.delivery.services import (
    contacts_closed_between,
    contacts_forget,
    deliveries_forget,
)
from notification_service.inbox.services import notifications_forget
from notification_service.preferences.services import preferences_forget
from notification_service.transports.mailbox import mails_delete

#: The last mail is given up long before.
LAST_MAIL_KEPT = timedelta(days=1)
#: Whoever was closed longer ago was forgotten by one of the hourly runs before.
LOOK_BACK = timedelta(days=30)


@transaction.atomic
def users_forget(*, closed: Collection[tuple[UUID, int, datetime]]) -> None:
    """Erase addresses, choices, webhooks, the inbox, its deliveries and mails; but for the last mail.

    Args:
        closed: user, version (the sequence of the event), and when the account was closed.
    """
    contacts_forget(closed=closed)
    user_ids = [user_id for user_id, _, _ in closed]
    preferences_forget(user_ids=user_ids)
    _notifications_forget(user_ids, but_last=True)


@transaction.atomic
def last_mails_forget() -> int:
    """Erase the last mails, with the addresses that they went to. Returns how many notifications."""
    now = timezone.now()
    return _notifications_forget(contacts_closed_between(now - LOOK_BACK, now - LAST_MAIL_KEPT))


def _notifications_forget(user_ids: Collection[UUID], *, but_last: bool = False) -> int:
    gone = notifications_forget(user_ids=user_ids, but_last=but_last)
    deliveries_forget(notification_ids=gone)
    transaction.on_commit(lambda: mails_delete(gone))
    return len(gone)
