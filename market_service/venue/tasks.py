"""Periodic work: the venue's books against its answers."""

from __future__ import annotations

from celery import shared_task

from market_service.venue import services


@shared_task
def quantities_reconcile() -> int:
    """Compare what is on offer with what was sold. Returns how many instruments do not add up."""
    return len(services.quantities_reconcile())
