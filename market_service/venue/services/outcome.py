"""Writes the results of a transaction: rows and events.

Rows are written in the order in which all of market_service locks: the book, ended orders, trades, outbox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from market_service.candles.services import Change, candles_record
from market_service.clock.selectors import market_now
from market_service.instruments import services as instruments
from market_service.venue.errors import BookInconsistent
from market_service.venue.matching import BUY, Book, Ended, Match, Order, decimal
from market_service.venue.models import SIDES, RestingOrder, Trade, VenueOrder
from market_service.venue.services.books import Books
from market_service.venue.services.reports import reports
from servicekit.contracts import market
from servicekit.database.bulk import Insert, Update
from servicekit.database.delete import Delete
from servicekit.ids import new_id
from servicekit.messaging.publish import Outgoing, publish_changes, publish_many


class _Rest(NamedTuple):
    """A new row of :class:`RestingOrder`."""

    order_id: UUID
    instrument_id: UUID
    side: int
    rank: int
    user_id: UUID
    type: str
    time_in_force: str
    quantity: int
    remaining: int
    version: int
    submitted_at: datetime | None
    expires_at: datetime | None


class _Partial(NamedTuple):
    """The columns of :class:`RestingOrder` that a partial fill changes."""

    order_id: UUID
    remaining: int
    version: int


class _EndedOrder(NamedTuple):
    """A row of :class:`VenueOrder`."""

    order_id: UUID
    instrument_id: UUID | None
    user_id: UUID | None
    side: str
    type: str
    time_in_force: str
    quantity: int | None
    executed: int
    cap_price: Decimal | None
    state: str
    reason: str
    reason_limit: str
    reason_value: str
    detail: str
    version: int
    submitted_at: datetime | None


class _TradeRow(NamedTuple):
    """A row of :class:`Trade`."""

    id: UUID
    instrument_id: UUID
    quantity: int
    price: Decimal
    taker_side: int
    buy_order_id: UUID | None
    buy_execution_id: UUID | None
    sell_order_id: UUID | None
    sell_execution_id: UUID | None


_REST = Insert(RestingOrder, _Rest, shared=("rested_at",))
_FILL = Update(RestingOrder, _Partial, key="order_id")
_LEAVE = Delete(RestingOrder, key="order_id")
_END = Insert(VenueOrder, _EndedOrder, shared=("ended_at",))
_TRADE = Insert(Trade, _TradeRow, shared=("executed_at",))


def outcome_write(books: Books, orders: Iterable[Order] = (), *, unknown: Collection[Order] = ()) -> None:
    """Write what became of orders and of those they were executed against, and tell it.

    Args:
        books: with all that was executed in them.
        orders: those that came, were canceled or expired, in their order.
        unknown: canceled orders that are known by their id alone.

    Raises:
        BookInconsistent: the book is not what was read of it under the lock; nothing was written.
        IntegrityError: at COMMIT: an order was ended by somebody else just now; at the next try it is known.

    Emits:
        Per order OrderExecutedV2, OrderRested, OrderCanceledV2, OrderExpired, OrderRefused; of those that
        came as ``trading.order.submitted.v1`` OrderExecuted and OrderRefused; OrderCanceled of unknown ones.
    """
    touched = dict.fromkeys(orders)
    trades: list[_TradeRow] = []
    for instrument_id, book in books:
        for match in book.matches:
            trades.append(_trade(instrument_id, match, book))
            if (maker := match.maker) is not None and maker not in touched:
                touched[maker] = None
                maker.cause = match.taker and match.taker.cause
    traded_at = market_now() if trades else None
    # first: a row has the number of the last event that tells of it
    outgoing = reports(touched, books, market_time=traded_at)
    _move_quantities(books)
    _write_book(touched, books.now)
    ended = [_ended(order, books) for order in touched if order.end is not None]
    ended += [_bare(order) for order in unknown]
    _END.defer(sorted(ended, key=attrgetter("order_id")), ended_at=books.now)
    _TRADE.defer(trades, executed_at=books.now)
    if traded_at is not None:
        changes = [Change(row.instrument_id, row.price, row.quantity) for row in trades]
        candles_record(changes, at=traded_at)
    outgoing += [
        Outgoing(market.OrderCanceled(order_id=order.order_id, canceled_at=books.now), cause=order.cause)
        for order in unknown
    ]
    publish_many(outgoing)
    matched = [id_ for id_, book in books if book.matches]
    publish_changes({str(id_) for id_ in [*matched, *(order.instrument_id for order in touched)]})
    for order in touched:  # matches and orders hold each other, and would wait for the garbage collector
        order.matches = None


def _trade(instrument_id: UUID, match: Match, book: Book) -> _TradeRow:
    """The row of a match, which gets its ids: of the trade and the taker's execution, and of the maker's."""
    maker, taker = match.maker, match.taker
    match.id = match.maker_id = new_id()
    if maker is not None and taker is not None:
        match.maker_id = new_id()
    made = (None, None) if maker is None else (maker.order_id, match.maker_id)
    took = (None, None) if taker is None else (taker.order_id, match.id)
    taker_side = taker.side if taker is not None else 1 - maker.side  # type: ignore[union-attr]
    sides = (*took, *made) if taker_side == BUY else (*made, *took)
    return _TradeRow(match.id, instrument_id, match.quantity, book.shown(match.price), taker_side, *sides)


def _move_quantities(books: Books) -> None:
    """What the house sold and bought back."""
    instruments.quantities_move(
        changes={id_: book.house.available - books.locked[id_].available_quantity for id_, book in books}
    )


def _write_book(orders: Iterable[Order], now: datetime) -> None:
    """Those that leave the book, were filled in part, or come to rest."""
    stored = [order for order in orders if order.stored]
    gone = [order.order_id for order in stored if not order.resting]
    _must_be(_LEAVE.run(gone), len(gone), "taken out of the book")
    partial = [_Partial(o.order_id, o.remaining, o.version) for o in stored if o.resting and o.matches]
    _must_be(_FILL.run(partial), len(partial), "filled in part")
    _REST.defer([_rest(order) for order in orders if order.resting and not order.stored], rested_at=now)


def _rest(order: Order) -> _Rest:
    return _Rest(
        order.order_id, order.instrument_id, order.side, order.rank, order.user_id, order.type,
        order.time_in_force, order.quantity, order.remaining, order.version, order.submitted_at,
        order.expires_at,
    )  # fmt: skip


def _ended(order: Order, books: Books) -> _EndedOrder:
    listed, end = order.instrument_id in books, order.end
    assert end is not None
    return _EndedOrder(
        order.order_id, order.instrument_id if listed else None, order.user_id, SIDES[order.side],
        order.type, order.time_in_force, order.quantity, order.executed, decimal(order.price),
        end.state, end.code, end.limit, end.value, end.detail, order.version, order.submitted_at,
    )  # fmt: skip


def _bare(order: Order) -> _EndedOrder:
    """The mark of an order that was canceled before it came."""
    return _EndedOrder(
        order.order_id, None, None, "", "", "", None, 0, None, Ended.CANCELED, "", "", "", "", 1, None
    )


def _must_be(done: int, wanted: int, what: str) -> None:
    if done != wanted:
        raise BookInconsistent(f"{done} of {wanted} orders were {what}")
