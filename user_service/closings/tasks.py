"""Periodic work on closings."""

from __future__ import annotations

from celery import shared_task

from user_service.closings.services import closings_request_again


@shared_task
def request_again() -> int:
    """Every minute: ask again for closings that got no answer. Returns how many."""
    return closings_request_again()
