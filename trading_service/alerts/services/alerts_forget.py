"""Deletes the price alerts of customers whose accounts are closed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from trading_service.alerts.models import AlertBook


def alerts_forget(*, user_ids: Collection[UUID]) -> None:
    """Delete all of them, those that have fired too."""
    AlertBook.objects.filter(user_id__in=user_ids).delete()
