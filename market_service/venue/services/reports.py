"""The venue's events about the orders of a transaction.

What one transaction executed of one order is one fill and one event, with the executions in it; the fill's id
is that of the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from market_service.venue.matching import Book, End, Ended, Match, Order
from market_service.venue.models import SIDES
from market_service.venue.services.books import Books
from servicekit.contracts import Event, market
from servicekit.messaging.publish import Outgoing


def reports(orders: Iterable[Order], books: Books, *, market_time: datetime | None) -> list[Outgoing]:
    """The events that tell what became of orders, numbered on from those that told of them before.

    Args:
        market_time: the market's time of ``books.now``; None where nothing was executed.
    """
    outgoing, now = [], books.now
    for order in orders:
        events: list[Event] = []
        if order.matches:
            book, ticker = books[order.instrument_id], books.locked[order.instrument_id].ticker
            if order.in_parts:
                events.append(_executed(order, order.matches, book, ticker, now, market_time))
            else:
                events += [_executed_whole(order, match, book, ticker, now) for match in order.matches]
        if order.resting and not order.stored and order.expires_at is not None:
            events.append(
                market.OrderRested(
                    order_id=order.order_id,
                    remaining=order.remaining,
                    expires_at=order.expires_at,
                    rested_at=now,
                )
            )
        if order.end is not None and order.end.state is not Ended.EXECUTED:
            events.append(_ended(order, order.end, now))
        for event in events:
            order.version += 1
            outgoing.append(Outgoing(event, order.version, order.cause))
    return outgoing


def _executed(
    order: Order,
    matches: Sequence[Match],
    book: Book,
    ticker: str,
    now: datetime,
    market_time: datetime | None,
) -> market.OrderExecutedV2:
    return market.OrderExecutedV2(
        order_id=order.order_id,
        fill_id=_execution_id(order, matches[0]),
        instrument_id=order.instrument_id,
        ticker=ticker,
        side=SIDES[order.side],
        quantity=sum([match.quantity for match in matches]),
        value=book.shown(sum([match.quantity * match.price for match in matches])),
        remaining=order.remaining,
        executions=[
            [
                str(_execution_id(order, match)),
                str(match.id),
                str(match.quantity),
                str(book.shown(match.price)),
                "taker" if match.taker is order else "maker",
                "house" if match.maker is None or match.taker is None else "customer",
            ]
            for match in matches
        ],
        executed_at=now,
        market_time=market_time,
    )


def _executed_whole(
    order: Order, match: Match, book: Book, ticker: str, now: datetime
) -> market.OrderExecuted:
    """Of an order of ``trading.order.submitted.v1``, whose executions are fills of their own."""
    return market.OrderExecuted(
        order_id=order.order_id,
        fill_id=_execution_id(order, match),
        instrument_id=order.instrument_id,
        ticker=ticker,
        side=SIDES[order.side],
        quantity=match.quantity,
        price=book.shown(match.price),
        executed_at=now,
    )


def _ended(order: Order, end: End, now: datetime) -> Event:
    """How it ended; not of one that was executed to its end."""
    if end.state is Ended.CANCELED:
        return market.OrderCanceledV2(
            order_id=order.order_id,
            reason=end.code,
            detail=end.detail,
            executed=order.executed,
            canceled_at=now,
        )
    if end.state is Ended.EXPIRED:
        return market.OrderExpired(order_id=order.order_id, executed=order.executed, expired_at=now)
    return market.OrderRefused(
        order_id=order.order_id, code=end.code, limit=end.limit, value=end.value, refused_at=now
    )


def _execution_id(order: Order, match: Match) -> UUID:
    """Of an order's side of a match."""
    found = match.id if match.taker is order else match.maker_id
    assert found is not None
    return found
