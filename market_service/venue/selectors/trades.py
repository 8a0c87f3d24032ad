"""The public list of trades."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from market_service.venue.models import Trade


def trade_list(*, instrument_id: UUID) -> QuerySet[Trade]:
    """The trades of an instrument, to be ordered by ``trade_seq``."""
    return Trade.objects.filter(instrument=instrument_id)


def order_trades(*, order_id: UUID) -> QuerySet[Trade]:
    """The trades that an order was a side of, in their order."""
    either = Q(buy_order_id=order_id) | Q(sell_order_id=order_id)
    return Trade.objects.filter(either).order_by("trade_seq")
