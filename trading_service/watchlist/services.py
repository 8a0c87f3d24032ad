"""Putting an instrument on a watchlist, and taking it off."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from trading_service.reference.errors import InstrumentUnknown
from trading_service.reference.selectors import instrument_find
from trading_service.watchlist.errors import WatchlistFull
from trading_service.watchlist.models import MAX_WATCHED, WatchedInstrument, Watchlist


@transaction.atomic
def instrument_watch(*, user_id: UUID, ticker: str) -> WatchedInstrument:
    """Put an instrument on a customer's watchlist; one that is on it stays as it is.

    Args:
        ticker: in any case.

    Returns:
        The entry, with its instrument.

    Raises:
        InstrumentUnknown: no instrument has this ticker.
        WatchlistFull: :data:`~trading_service.watchlist.models.MAX_WATCHED` others are on it.
    """
    instrument = instrument_find(ticker)
    if instrument is None:
        raise InstrumentUnknown(ticker=ticker)
    Watchlist.objects.bulk_create([Watchlist(user_id=user_id)], ignore_conflicts=True)
    watchlist = Watchlist.objects.select_for_update().get(user_id=user_id)
    if known := watchlist.watched.filter(instrument=instrument).select_related("instrument").first():
        return known
    if watchlist.watched.count() >= MAX_WATCHED:
        raise WatchlistFull(limit=MAX_WATCHED, ticker=instrument.ticker)
    return watchlist.watched.create(instrument=instrument, added_at=timezone.now())


def instrument_unwatch(*, user_id: UUID, ticker: str) -> None:
    """Take an instrument off a customer's watchlist; one that is not on it, or unknown, changes nothing.

    Args:
        ticker: in any case.
    """
    if instrument := instrument_find(ticker):
        WatchedInstrument.objects.filter(watchlist=user_id, instrument=instrument).delete()


def watchlists_forget(*, user_ids: Collection[UUID]) -> None:
    """Delete the watchlists of customers whose accounts are closed."""
    Watchlist.objects.filter(user_id__in=user_ids).delete()
