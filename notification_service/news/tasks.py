"""The periodic task: news that operators have released."""

from __future__ import annotations

from celery import shared_task

from notification_service.news import services


@shared_task
def news_send() -> int:
    """Send what was released, in portions. Returns how many portions there were."""
    portions = 0
    while services.news_send():
        portions += 1
    return portions
