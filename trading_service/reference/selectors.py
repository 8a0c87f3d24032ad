"""Reads of the copies."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from trading_service.reference.models import ListedInstrument, QuoteFeed


def quotes_confirmed_at() -> datetime | None:
    """The moment as of which the quotes of all open instruments are confirmed; None: not of all of them."""
    feed = QuoteFeed.objects.first()
    return feed.confirmed_at if feed and feed.complete else None


def instrument_price_at(instrument: ListedInstrument, confirmed_at: datetime | None) -> datetime | None:
    """When the price last heard of an instrument was true; None when none was heard.

    Args:
        instrument: with its quote.
        confirmed_at: see :func:`quotes_confirmed_at`.
    """
    quote = getattr(instrument, "quote", None)
    if quote is None or confirmed_at is None or instrument.status != ListedInstrument.Status.OPEN:
        return quote.price_at if quote else None
    return max(quote.price_at, confirmed_at)


def instrument_price(instrument: ListedInstrument) -> Decimal | None:
    """The price last heard of an instrument, in major units; None when none was heard."""
    quote = getattr(instrument, "quote", None)
    return quote.price if quote else None
