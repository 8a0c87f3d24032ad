"""The periodic task: splits that are not completed."""

from __future__ import annotations

from celery import shared_task

from trading_service.splits import services


@shared_task
def splits_apply() -> int:
    """Split positions, and tell their holders. Returns how many holders were told."""
    return services.splits_apply()
