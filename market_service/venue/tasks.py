"""Periodic tasks: the market's clock and its quotes, expiry of resting orders, reconciliation."""

from __future__ import annotations

from celery import shared_task

from market_service.venue import services
from market_service.venue.services.orders_expire import LIMIT


@shared_task
def market_advance() -> int:
    """The next quotes, and what they reach in the books; before that, the end of a day that is over.

    Returns how many quotes were published.
    """
    return services.market_advance()


@shared_task
def orders_expire() -> int:
    """End the resting orders whose time is over. Returns how many were due."""
    total = 0
    while True:
        due = services.orders_expire()
        total += due
        if due < LIMIT:
            return total


@shared_task
def quantities_reconcile() -> int:
    """Compare what is on offer with what was sold. Returns how many instruments do not add up."""
    return len(services.quantities_reconcile())
