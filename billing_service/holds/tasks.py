"""Periodic work on holds."""

from __future__ import annotations

from celery import shared_task

from billing_service.holds import services


@shared_task
def holds_watch() -> int:
    """Raise the alarm over holds that should have ended. Returns how many there are."""
    return services.holds_watch()
