"""Periodic tasks: rolling up and retention."""

from __future__ import annotations

from celery import shared_task

from market_service.candles import services
from market_service.clock.selectors import market_now


@shared_task
def candles_roll_up() -> int:
    """Roll up the hours that are over. Returns of how many instruments."""
    return services.candles_roll_up(until=market_now().replace(minute=0, second=0, microsecond=0))


@shared_task
def candles_purge() -> int:
    """Delete candles that are kept no longer. Returns how many."""
    return services.candles_purge(now=market_now())
