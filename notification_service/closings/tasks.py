"""The periodic task: the last mails of closed accounts."""

from __future__ import annotations

from celery import shared_task

from notification_service.closings import services


@shared_task
def last_mails_forget() -> int:
    """Erase what was told to accounts that were closed a day ago. Returns how many notifications."""
    return services.last_mails_forget()
