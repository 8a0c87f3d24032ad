"""Executing orders: a batch in a handful of statements, however many orders and instruments.

Each order gets one answer, and the primary key of :class:`VenueOrder` decides between answers that
race: the second fails, and when it is tried again it finds the first. The instruments' rows stay
locked from reading what is on offer to taking it, so orders of one instrument are executed one batch
after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from market_service.instruments import services as instruments
from market_service.quotes.selectors import quotes_now
from market_service.venue.models import Side, VenueOrderState
from market_service.venue.selectors import orders_answered
from market_service.venue.services.liquidity import Execution, Liquidity, Refusal, not_open
from servicekit.arrays import array
from servicekit.contracts import Event, market, trading
from servicekit.database import Statement
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish_many

Submitted = Received[trading.OrderSubmitted]

# Once: an enumeration makes them anew at every use.
_SIDES = frozenset(Side.values)


class ExecutionReport(NamedTuple):
    """An order, whether its instrument is listed, and what became of it."""

    message: Submitted
    listed: bool
    outcome: Execution | Refusal


@transaction.atomic(savepoint=False)
def orders_execute(*, messages: Sequence[Submitted]) -> int:
    """Execute orders in full at the present quotes, or refuse them, in their order.

    The rule is :meth:`Liquidity.execute`'s; an instrument that is not listed counts as halted. An order
    that was answered or canceled before is passed over and moves nothing.

    Returns:
        How many were answered.

    Raises:
        ValueError: an order makes no sense; trading never sends such a one. Nothing was answered.
        IntegrityError: an order was canceled by somebody else just now. Nothing was answered; at the
            next try it is known.

    Emits:
        ``OrderExecuted`` or ``OrderRefused`` per order.
    """
    orders: dict[UUID, Submitted] = {}
    for message in messages:
        order = message.event
        if order.side not in _SIDES or order.quantity < 1 or not order.cap_price > 0:
            raise ValueError(f"not an order: {order.side} {order.quantity} at {order.cap_price}")
        orders.setdefault(order.order_id, message)
    locked = instruments.instruments_lock(instrument_ids=(m.event.instrument_id for m in orders.values()))
    before = orders_answered(order_ids=orders)
    return _execute([m for id_, m in orders.items() if id_ not in before], locked)


def _execute(messages: Sequence[Submitted], locked: dict[UUID, instruments.LockedInstrument]) -> int:
    """Execute or refuse orders that have no answer yet."""
    if not messages:
        return 0
    quotes = quotes_now(instrument_ids=locked)
    by_instrument = {
        id_: Liquidity(instrument, *quotes[id_]) for id_, instrument in locked.items() if id_ in quotes
    }
    reports = []
    for message in messages:
        liquidity = by_instrument.get(message.event.instrument_id)
        outcome = liquidity.execute(message.event) if liquidity else not_open("not listed")
        reports.append(ExecutionReport(message, liquidity is not None, outcome))
    instruments.quantities_move(changes={id_: liquidity.change for id_, liquidity in by_instrument.items()})
    answered_at = _book(reports)
    # The only event of its subject: its sequence is 1.
    publish_many(Outgoing(_told(report, answered_at), cause=report.message) for report in reports)
    return len(reports)


_BOOK = Statement(
    """
INSERT INTO venue_venueorder (order_id, instrument_id, side, quantity, cap_price, submitted_at, state,
    fill_id, price, refuse_code, refuse_limit, refuse_value, answered_at)
SELECT answer.*, statement_timestamp()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s::numeric[], %s::timestamptz[], %s::text[],
            %s::uuid[], %s::numeric[], %s::text[], %s::text[], %s::text[]) AS answer (order_id)
ORDER BY order_id
RETURNING answered_at
"""
)


def _book(reports: Sequence[ExecutionReport]) -> datetime:
    """Write the reports down, all of them. Returns when that was, by the database's clock."""
    columns = [array(column) for column in zip(*map(_row, reports), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, columns)
        (answered_at,) = cursor.fetchone()
    return answered_at


def _row(report: ExecutionReport) -> Iterable[object]:
    order, outcome = report.message.event, report.outcome
    asked = (
        order.order_id,
        order.instrument_id if report.listed else None,
        order.side,
        order.quantity,
        order.cap_price,
        order.submitted_at,
    )
    if isinstance(outcome, Execution):
        executed = VenueOrderState.EXECUTED.value
        return *asked, executed, outcome.fill_id, outcome.price, "", "", ""
    refused = VenueOrderState.REFUSED.value
    return *asked, refused, None, None, outcome.code.value, outcome.limit, outcome.value


def _told(report: ExecutionReport, answered_at: datetime) -> Event:
    order, outcome = report.message.event, report.outcome
    if isinstance(outcome, Refusal):
        return market.OrderRefused(
            order_id=order.order_id,
            code=outcome.code.value,
            limit=outcome.limit,
            value=outcome.value,
            refused_at=answered_at,
        )
    return market.OrderExecuted(
        order_id=order.order_id,
        fill_id=outcome.fill_id,
        instrument_id=order.instrument_id,
        ticker=outcome.ticker,
        side=order.side,
        quantity=order.quantity,
        price=outcome.price,
        executed_at=answered_at,
    )
