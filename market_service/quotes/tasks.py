"""Periodic work: the quote feed."""

from __future__ import annotations

from celery import shared_task

from market_service.quotes import services


@shared_task
def quotes_tick() -> int:
    """The next quote of every open instrument. Returns how many there are."""
    return services.quotes_tick()
