"""The periodic task: dividends that are not completed."""

from __future__ import annotations

from celery import shared_task

from trading_service.dividends import services


@shared_task
def dividends_allocate() -> int:
    """Tell holders what they are paid. Returns how many were done."""
    return services.dividends_allocate()
