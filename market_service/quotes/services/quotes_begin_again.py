"""Every quote as it was when its instrument was first quoted."""

from __future__ import annotations

from django.db import connection

_FORGET = "DELETE FROM quotes_dailyprice WHERE simulated"

_FIRST = """
UPDATE quotes_quote AS quote
SET price = coalesce(first.price, quote.price), previous_close = coalesce(first.close, quote.previous_close),
    price_at = statement_timestamp(), tick = 0, closed_day = NULL,
    day_open = NULL, day_high = NULL, day_low = NULL
FROM (
    SELECT instrument_id,
        greatest(round(first_price / price_step), 1) * price_step AS price,
        greatest(round(first_close / price_step), 1) * price_step AS close
    FROM quotes_quote JOIN instruments_instrument AS instrument ON instrument.id = instrument_id
) AS first
WHERE first.instrument_id = quote.instrument_id
"""


def quotes_begin_again() -> None:
    """Go back to the first quotes, as of now, and forget the days that this market has closed itself.

    Ticks count from the beginning, so that the same seed gives the same prices.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_FIRST)
