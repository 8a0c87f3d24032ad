"""Reads of watchlists."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from trading_service.watchlist.models import WatchedInstrument


def watched_list(*, user_id: UUID) -> QuerySet[WatchedInstrument]:
    """What is on a customer's watchlist, with the instruments, the tickers from A to Z."""
    watched = WatchedInstrument.objects.filter(watchlist=user_id).select_related("instrument")
    return watched.order_by("instrument__ticker")
