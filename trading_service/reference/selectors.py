"""Reads of the copies."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from servicekit.database import Statement
from trading_service.reference.errors import InstrumentUnknown
from trading_service.reference.models import ListedInstrument

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


def instrument_price(instrument: ListedInstrument) -> Decimal | None:
    """The price last heard of an instrument, in major units; None when none was heard."""
    quote = getattr(instrument, "quote", None)
    return quote.price if quote else None
