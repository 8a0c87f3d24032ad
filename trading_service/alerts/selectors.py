"""Reads of price alerts."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from trading_service.alerts.models import PriceAlert


def alert_list(
    *, user_id: UUID, ticker: str | None = None, waiting: bool | None = None
) -> QuerySet[PriceAlert]:
    """A customer's alerts with their instruments, unordered.

    Args:
        ticker: of this instrument only, in any case.
        waiting: True: that have not fired; False: that have.
    """
    alerts = PriceAlert.objects.filter(book=user_id).select_related("instrument")
    if ticker is not None:
        alerts = alerts.filter(instrument__ticker=ticker.upper())
    return alerts if waiting is None else alerts.filter(fired_at__isnull=waiting)


def alerts_unannounced() -> QuerySet[PriceAlert]:
    """Alerts that have fired, and whose owners were not told yet."""
    return PriceAlert.objects.filter(fired_at__isnull=False, announced=False)
