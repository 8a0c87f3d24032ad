"""Reads of the copies."""

from __future__ import annotations

from decimal import Decimal

from trading_service.reference.errors import InstrumentUnknown
from trading_service.reference.models import ListedInstrument


def instrument_get(*, ticker: str) -> ListedInstrument:
    """The instrument with its quote, found by ticker in any case.

    Raises:
        InstrumentUnknown: no event has told of such an instrument.
    """
    try:
        return ListedInstrument.objects.select_related("quote").get(ticker=ticker.upper())
    except ListedInstrument.DoesNotExist:
        raise InstrumentUnknown(ticker=ticker) from None


def instrument_price(instrument: ListedInstrument) -> Decimal | None:
    """The price last heard of an instrument, in major units; None when none was heard."""
    quote = getattr(instrument, "quote", None)
    return quote.price if quote else None
