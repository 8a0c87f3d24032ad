"""Periodic work on the books."""

from __future__ import annotations

from celery import shared_task

from billing_service.consistency import services


@shared_task
def consistency_check() -> int:
    """Check what is new in the books. Returns how many breaches were found."""
    return len(services.consistency_check())
