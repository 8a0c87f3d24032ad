"""The periodic task: statements of a month that has ended."""

from __future__ import annotations

from celery import shared_task

from billing_service.statements import services


@shared_task
def statements_announce() -> int:
    """Announce them, in portions. Returns how many portions there were."""
    portions = 0
    while services.statements_announce():
        portions += 1
    return portions
