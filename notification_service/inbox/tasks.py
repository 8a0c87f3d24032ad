"""The periodic task: what became of messages long ago."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notification_service.inbox import services


@shared_task
def deliveries_purge() -> int:
    """Delete the deliveries of notifications older than ``DELIVERIES_KEPT_DAYS``. Returns of how many."""
    before = timezone.now() - timedelta(days=settings.DELIVERIES_KEPT_DAYS)
    purged = 0
    while portion := services.deliveries_purge(before=before):
        purged += portion
    return purged
