"""The first quote of an instrument, and its return after a halt."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Subquery
from django.db.models.functions import Greatest, Now

from market_service.candles.services import Change, candles_record
from market_service.clock.selectors import market_now
from market_service.quotes.models import Quote, QuoteFeed, stepped
from servicekit.arrays import columns

# Says which of them had none, which bulk_create(ignore_conflicts=True) does not: with a read before it, that
# takes 5 times as long for 1 or 50, 3 times for 500 (by turns, 21 runs).
_OPEN = """
INSERT INTO quotes_quote
    (instrument_id, price, previous_close, price_at, tick, first_price, first_close)
SELECT id, price, previous_close, statement_timestamp(), 0, price, previous_close
FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[]) AS first (id, price, previous_close)
ON CONFLICT DO NOTHING RETURNING instrument_id, price, previous_close, price_at, tick
"""


class FirstQuote(NamedTuple):
    """The first quote of a newly listed instrument, in its currency."""

    instrument_id: UUID
    price: Decimal
    previous_close: Decimal
    price_step: Decimal


def quotes_open(first: Iterable[FirstQuote]) -> dict[UUID, Quote]:
    """Give newly listed instruments their first quotes, as of now, rounded to the price steps.

    Returns:
        The quotes, by instrument, of those that had none before.
    """
    rows = [
        (
            each.instrument_id,
            stepped(each.price, each.price_step),
            stepped(each.previous_close, each.price_step),
        )
        for each in first
    ]
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, columns(rows))
        opened = {row[0]: Quote(*row) for row in cursor.fetchall()}
    candles_record((Change(id_, quote.price) for id_, quote in opened.items()), at=market_now())
    return opened


def quote_stand(*, instrument_id: UUID) -> None:
    """Keep the time as of which a quote was last confirmed: from now on the feed does not confirm it."""
    confirmed_at = Subquery(QuoteFeed.objects.values("confirmed_at")[:1])
    Quote.objects.filter(instrument_id=instrument_id).update(price_at=Greatest("price_at", confirmed_at))


def quote_reaffirm(*, instrument_id: UUID) -> None:
    """Confirm the price of an instrument as of now, so that it trades at once when it is opened again."""
    Quote.objects.filter(instrument_id=instrument_id).update(price_at=Now())
