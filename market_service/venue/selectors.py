"""Reading the book, the trades, and what follows from them."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from market_service.venue.matching import decimal
from market_service.venue.models import Reconciliation
from servicekit.database import Statement

# One statement, so one snapshot: a trade and the units it moved are seen together or not at all. Trades of
# an instrument get rising numbers, because its row is locked meanwhile; so nothing can appear later below a
# number that was seen.
_QUANTITIES = """
SELECT instrument.id, ticker, issued_quantity, available_quantity,
       coalesce(known.sold, 0) + coalesce(since.sold, 0) AS sold,
       coalesce(since.trade_seq, known.trade_seq, 0) AS trade_seq
FROM instruments_instrument AS instrument
LEFT JOIN venue_reconciliation AS known ON known.instrument_id = instrument.id
CROSS JOIN LATERAL (
    SELECT sum(quantity * ((sell_order_id IS NULL)::int - (buy_order_id IS NULL)::int))::bigint AS sold,
           max(trade_seq) AS trade_seq
    FROM venue_trade WHERE instrument_id = instrument.id AND trade_seq > coalesce(known.trade_seq, 0)
) AS since
ORDER BY instrument.id
"""


class Quantities(NamedTuple):
    """Of one instrument, in units: what was issued, is on offer, and was sold by the house, net.

    ``trade_seq``: of the last trade counted, 0 if there was none.
    """

    instrument_id: UUID
    ticker: str
    issued: int
    available: int
    sold: int
    trade_seq: int

    @property
    def difference(self) -> int:
        """Units too many (positive) or missing (negative); 0 is right."""
        return self.available + self.sold - self.issued


def quantities() -> list[Quantities]:
    """The quantities of every instrument, as of one moment.

    Only trades since the last reconciliation are read, by an index.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUANTITIES)
        return [Quantities(*row) for row in cursor.fetchall()]


class Level(NamedTuple):
    """What rests at one price: units, of how many orders."""

    price: Decimal
    quantity: int
    orders: int


# From one price to the next by the index, however many orders stand at each.
_LEVELS = Statement(
    """
WITH RECURSIVE level AS (
    (SELECT rank, 1 AS place FROM venue_restingorder
     WHERE instrument_id = %s::uuid AND side = %s::smallint ORDER BY rank, arrival_seq LIMIT 1)
    UNION ALL
    SELECT next.rank, place + 1 FROM level CROSS JOIN LATERAL (
        SELECT resting.rank FROM venue_restingorder AS resting
        WHERE instrument_id = %s::uuid AND side = %s::smallint AND resting.rank > level.rank
        ORDER BY resting.rank, arrival_seq LIMIT 1
    ) AS next WHERE place < %s::int
)
SELECT abs(rank), quantity, orders FROM level CROSS JOIN LATERAL (
    SELECT sum(remaining)::bigint AS quantity, count(*) AS orders FROM venue_restingorder AS resting
    WHERE instrument_id = %s::uuid AND side = %s::smallint AND resting.rank = level.rank
) AS total ORDER BY rank
"""
)


def book_levels(*, instrument_id: UUID, side: int, most: int = 10) -> list[Level]:
    """What rests on one side of a book, price by price, the best first; the house is not in it.

    Args:
        side: 0, the bids, or 1, the asks.
        most: so many prices at most.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEVELS, [instrument_id, side, instrument_id, side, most, instrument_id, side])
        return [Level(decimal(rank), quantity, orders) for rank, quantity, orders in cursor.fetchall()]


def breaches_count() -> int:
    """How many instruments did not add up when they were last reconciled."""
    return Reconciliation.objects.exclude(difference=0).count()
