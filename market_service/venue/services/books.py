"""The books of some instruments during a transaction: read, matched in memory, written.

Everything of a book happens under its instrument's lock. What depends on others is read in statements of
their own after the lock, for a statement sees what was committed before it began, not before it waited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from market_service.instruments import services as instruments
from market_service.instruments.services import LockedInstrument
from market_service.venue.matching import BUY, SELL, Book, House, Order, Side
from market_service.venue.models import RestingOrder
from servicekit.arrays import array, columns
from servicekit.database import Statement
from servicekit.database.bulk import Read


class _Row(NamedTuple):
    """The columns read of a :class:`RestingOrder`."""

    order_id: UUID
    instrument_id: UUID
    side: int
    rank: int
    arrival_seq: int
    user_id: UUID
    type: str
    time_in_force: str
    quantity: int
    remaining: int
    version: int
    submitted_at: datetime
    expires_at: datetime


_COLUMNS = ", ".join(_Row._fields)

# Once there is a lock, one statement reads the time, which orders are known, and the quotes: a row of each
# instrument, and at least one. Measured, CPU of service and server: the ORM's three queries take 11 times as
# much for one instrument, 7 times for 20.
_STATE = Statement(
    """
SELECT statement_timestamp(), ARRAY(
    SELECT order_id FROM venue_venueorder WHERE order_id = ANY(%s::uuid[])
    UNION ALL
    SELECT order_id FROM venue_restingorder WHERE order_id = ANY(%s::uuid[])
), instrument_id, price, age
FROM (VALUES (1)) AS once LEFT JOIN (
    SELECT instrument_id, price,
           statement_timestamp() - greatest(price_at, (SELECT confirmed_at FROM quotes_quotefeed)) AS age
    FROM quotes_quote WHERE instrument_id = ANY(%s::uuid[])
) AS quote ON true
"""
)

# Of each wanted side the best orders after a given one, within the widest limit. Measured as above: an ORM
# query a side takes 3.3 times as much for one side, 21 times for 20.
_BEST = Statement(
    f"""
SELECT {_COLUMNS} FROM unnest(%s::uuid[], %s::smallint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS wanted (in_instrument, on_side, worst_rank, after_rank, after_seq)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM venue_restingorder
    WHERE instrument_id = in_instrument AND side = on_side AND rank <= worst_rank
      AND (rank, arrival_seq) > (after_rank, after_seq)
    ORDER BY rank, arrival_seq LIMIT %s::int
) AS best
"""
)

_THESE = Read(RestingOrder, _Row, key="order_id")

#: Of a side, so many orders are read at first, and twice as many as come to it; and so many each time after.
FIRST, PAGE = 4, 100

_NONE_YET = (-(2**62), 0)


#: How far somebody comes: the instrument, the side of its book, and the worst rank there.
Reach = tuple[UUID, int, int]


class Quoted(NamedTuple):
    """An instrument's latest quote, in its currency, and how old that is by the database's clock."""

    price: Decimal
    age: timedelta


class Books:
    """The books of locked instruments.

    Attributes:
        locked: the instruments that are listed, by id.
        now: the moment of all that happens, by the database's clock.
        known: those of the orders asked for that rest or have ended.
        quotes: the latest quote of each locked instrument.

    Args:
        instrument_ids: to be locked, until the transaction ends.
        order_ids: ids of orders, to learn which are known.
    """

    def __init__(self, *, instrument_ids: Iterable[UUID], order_ids: Iterable[UUID] = ()) -> None:
        self.locked = instruments.instruments_lock(instrument_ids=instrument_ids)
        ids = array(order_ids)
        with connection.cursor() as cursor:
            cursor.execute(_STATE, [ids, ids, array(self.locked)])
            rows = cursor.fetchall()
        self.now: datetime = rows[0][0]
        self.known: set[UUID] = set(rows[0][1])
        self.quotes = {id_: Quoted(price, age) for _, _, id_, price, age in rows if id_ is not None}
        self._books: dict[UUID, Book] = {}
        self._loaded: dict[UUID, Order] = {}

    def open(self, reaches: Iterable[Reach] = (), *, quote: Decimal | None = None) -> None:
        """Read what rests as far as it is come to.

        Args:
            quote: instead of what the quote is, for :meth:`Book.meet_house`.
        """
        sides, fresh_s = self._read(reaches), settings.QUOTE_MAX_AGE.total_seconds()
        for id_, (price, age) in self.quotes.items():
            instrument = self.locked[id_]
            self._books[id_] = Book(
                trading=instrument.status,
                step=instrument.price_step,
                house=_house(instrument, quote or price, age.total_seconds(), fresh_s),
                bids=sides.get((id_, BUY)) or Side(),
                asks=sides.get((id_, SELL)) or Side(),
                now=self.now,
            )

    def get(self, instrument_id: UUID) -> Book | None:
        """The book of an instrument, if that is listed and locked."""
        return self._books.get(instrument_id)

    def __getitem__(self, instrument_id: UUID) -> Book:
        return self._books[instrument_id]

    def __contains__(self, instrument_id: UUID) -> bool:
        return instrument_id in self._books

    def __iter__(self) -> Iterator[tuple[UUID, Book]]:
        yield from self._books.items()

    def these(self, order_ids: Iterable[UUID]) -> dict[UUID, Order]:
        """Those of the orders that rest, whatever else of their books was read."""
        return {row.order_id: self._order(row) for row in _THESE(order_ids)}

    def _read(self, reaches: Iterable[Reach]) -> dict[tuple[UUID, int], Side]:
        """The best of some sides, each with the way to read on."""
        worst: dict[tuple[UUID, int], list[int]] = {}
        for instrument_id, side, rank in reaches:
            farthest = worst.setdefault((instrument_id, side), [rank, 0])
            farthest[0], farthest[1] = max(farthest[0], rank), farthest[1] + 1
        if not worst:
            return {}
        limit = FIRST + 2 * max(many for _, many in worst.values())
        wanted = [(*key, rank) for key, (rank, _) in worst.items()]
        found: dict[tuple[UUID, int], list[Order]] = {}
        for order in self._best([(reach, _NONE_YET) for reach in wanted], limit):
            found.setdefault((order.instrument_id, order.side), []).append(order)
        return {
            key: Side(stored, self._more((*key, worst[key][0])) if len(stored) == limit else None)
            for key, stored in found.items()
        }

    def _more(self, reach: Reach) -> Any:
        def more(last: Order | None) -> Sequence[Order]:
            after = (last.rank, last.arrival_seq) if last else _NONE_YET
            return self._best([(reach, after)], PAGE)

        return more

    def _best(self, wanted: Sequence[tuple[Reach, tuple[int, int]]], limit: int) -> list[Order]:
        rows = [(*reach, *after) for reach, after in wanted]
        with connection.cursor() as cursor:
            cursor.execute(_BEST, [*columns(rows), limit])
            return [self._order(_Row(*row)) for row in cursor.fetchall()]

    def _order(self, row: _Row) -> Order:
        """An order of the book; the same object for the same order."""
        if (order := self._loaded.get(row.order_id)) is None:
            order = self._loaded[row.order_id] = Order(
                order_id=row.order_id,
                instrument_id=row.instrument_id,
                user_id=row.user_id,
                side=row.side,
                type=row.type,
                time_in_force=row.time_in_force,
                price=abs(row.rank),
                quantity=row.quantity,
                remaining=row.remaining,
                submitted_at=row.submitted_at,
                expires_at=row.expires_at,
                arrival_seq=row.arrival_seq,
                version=row.version,
                resting=True,
                stored=True,
            )
        return order


def _house(instrument: LockedInstrument, quote: Decimal, age_s: float, fresh_s: float) -> House:
    return House.at(
        quote,
        age_s=age_s,
        fresh_s=fresh_s,
        half_spread=instrument.half_spread,
        step=instrument.price_step,
        switched_on=instrument.house,
        available=instrument.available_quantity,
        issued=instrument.issued_quantity,
        lot=instrument.lot_size,
    )
