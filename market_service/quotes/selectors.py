"""Reading quotes and daily prices."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from market_service.quotes.models import DailyPrice


def daily_prices_exist() -> bool:
    """Whether any daily price was ever imported."""
    return DailyPrice.objects.exists()


def last_closes(instrument_id: UUID) -> tuple[Decimal, Decimal] | None:
    """The last real close and the one before it, comparable with each other.

    The earlier one is taken through the source's adjusted closes, so that a split (or dividend)
    between the two days is not shown as a fall: adjusted before ÷ adjusted last × last.

    Returns:
        ``(last, before)``, the same twice if there is but one day; None without any.
    """
    days = list(DailyPrice.objects.filter(instrument_id=instrument_id).order_by("-date")[:2])
    if not days:
        return None
    last, before = days[0], days[-1]
    return last.close, before.adj_close / last.adj_close * last.close
