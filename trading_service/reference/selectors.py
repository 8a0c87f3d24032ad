"""Reads of the copies."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import connection

from servicekit.database import Statement
from trading_service.reference.errors import InstrumentUnknown
from trading_service.reference.models import ListedInstrument, QuoteFeed

_FIELDS = [field.attname for field in ListedInstrument._meta.concrete_fields]

# Every order asks this: the ORM would spend more on writing the statement than the server on answering.
_LISTED = Statement(
    f"""
SELECT (SELECT price FROM reference_latestquote WHERE instrument_id = id), {", ".join(_FIELDS)}
FROM reference_listedinstrument WHERE ticker = %s
"""
)


def instrument_with_price(*, ticker: str) -> tuple[ListedInstrument, Decimal | None]:
    """An instrument, found by ticker in any case, and its price last heard.

    Returns:
        The instrument, and the price in major units; None when none was heard.

    Raises:
        InstrumentUnknown: no event has told of such an instrument.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [ticker.upper()])
        row = cursor.fetchone()
    if row is None:
        raise InstrumentUnknown(ticker=ticker)
    return ListedInstrument.from_db(connection.alias, _FIELDS, row[1:]), row[0]


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
