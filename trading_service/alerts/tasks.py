"""The periodic task: alerts that fired, many at once."""

from __future__ import annotations

from celery import shared_task

from trading_service.alerts import services


@shared_task
def alerts_announce() -> int:
    """Tell of all alerts that fired and were not told of, so many in a transaction. Returns how many."""
    announced = 0
    while portion := services.alerts_announce():
        announced += portion
    return announced
