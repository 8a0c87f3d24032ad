"""The periodic task: old mails of the folder."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notification_service.transports import mailbox


@shared_task
def mailbox_purge() -> int:
    """Delete the mails of the folder older than ``MAIL_KEPT_DAYS``. Returns how many."""
    return mailbox.mailbox_purge(before=timezone.now() - timedelta(days=settings.MAIL_KEPT_DAYS))
