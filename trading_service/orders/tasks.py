"""Periodic tasks: the sweep over deadlines, and the consistency check."""

from __future__ import annotations

from celery import shared_task

from trading_service.orders import consistency, services


@shared_task
def orders_sweep(at_once: int = services.SWEEP_LIMIT) -> int:
    """Drive every order whose deadline has passed to an end, so many in a transaction.

    Returns:
        How many were due.
    """
    services.deadlines_clamp()
    swept = 0
    for resting in (False, True):
        expired = at_once
        while expired == at_once:
            expired = services.orders_expire(limit=at_once, resting=resting)
            swept += expired
    return swept


@shared_task
def consistency_check() -> dict[str, int]:
    """Check what changed lately of the books. Returns how many rows each check found."""
    return consistency.books_check()
