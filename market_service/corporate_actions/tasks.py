"""The periodic tasks: dividends and splits whose day has come."""

from __future__ import annotations

from celery import shared_task

from market_service.corporate_actions import services


@shared_task
def dividends_record() -> int:
    """Take the record of what is due. Returns how many."""
    return services.dividends_record_due()


@shared_task
def splits_advance() -> int:
    """Carry out what is due. Returns how many splits trading_service was told of."""
    return services.splits_advance()
