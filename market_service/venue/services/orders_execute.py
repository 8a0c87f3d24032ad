"""New orders and cancel requests: a batch in a few statements, in stream order.

The instruments' rows stay locked from reading the books to writing them, so orders of one instrument are
matched one batch after the other. How they are matched: :mod:`market_service.venue.matching`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from market_service.instruments.services import LockedInstrument
from market_service.venue.errors import BookInconsistent
from market_service.venue.matching import BUY, SELL, End, Ended, Order, millionths, not_open
from market_service.venue.models import RestingOrder, Side
from market_service.venue.services.books import Books
from market_service.venue.services.outcome import outcome_write
from servicekit.contracts import trading
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.contracts.values import PRICE_LIMIT, TIMES_IN_FORCE
from servicekit.database.bulk import Read
from servicekit.messaging.consume import BatchTooLarge, Received

Submitted = trading.OrderSubmitted | trading.OrderSubmittedV2
Message = Received[Submitted | trading.OrderCancelRequested]

#: After so many executions a transaction ends, and the rest of a batch follows in the next.
MAX_EXECUTIONS = 1000

# Its quantity and prices are of before a split, or of after one that others are still to hear of.
_OTHER_UNITS = End(Ended.REFUSED, RejectCode.CORPORATE_ACTION.value)

_SIDES = {Side.BUY.value: BUY, Side.SELL.value: SELL}

# A bound beyond it reaches every price there can be (below PRICE_LIMIT), and fits a BIGINT.
_FARTHEST = PRICE_LIMIT - Decimal("0.000001")


class _BookOfOrder(NamedTuple):
    """The place of a resting order."""

    instrument_id: UUID


_BOOKS_OF_ORDERS = Read(RestingOrder, _BookOfOrder, key="order_id")


@transaction.atomic(savepoint=False)
def orders_execute(*, messages: Sequence[Message]) -> int:
    """Match new orders, and cancel those whose cancel is requested, in the order of the stream.

    An order that is known already, because it rests, has ended or was canceled before it came, is passed
    over and moves nothing. One that does not know of the instrument's last split is refused. An order that
    has ended is not canceled, and nothing is published. One that is wanted back before it came is marked as
    canceled. An instrument that is not listed counts as halted.

    Returns:
        How many orders came or were canceled.

    Raises:
        ValueError: an order makes no sense; trading never sends such a one. Nothing was done.
        BatchTooLarge: the messages from some on belong into a transaction of their own. Nothing was done.
        BookInconsistent, IntegrityError: see :func:`outcome_write`. Nothing was done.

    Emits:
        See :func:`outcome_write`.
    """
    came: dict[UUID, Received[Submitted]] = {}
    wanted_back: dict[UUID, Message] = {}
    for message in messages:
        event = message.event
        if isinstance(event, trading.OrderCancelRequested):
            wanted_back.setdefault(event.order_id, message)
        else:
            _check(event)
            came.setdefault(event.order_id, message)  # type: ignore[arg-type]
    books = Books(
        instrument_ids={message.event.instrument_id for message in came.values()}
        | {place.instrument_id for place in _BOOKS_OF_ORDERS(wanted_back)},
        order_ids=came.keys() | wanted_back.keys(),
    )
    new = {id_: _order(message, books) for id_, message in came.items() if id_ not in books.known}
    books.open((order.instrument_id, 1 - order.side, -order.rank) for order in new.values())
    resting = books.these(id_ for id_ in wanted_back if id_ in books.known)
    if any(order.instrument_id not in books for order in resting.values()):
        raise BookInconsistent("an order came to rest while its book was not locked yet")
    done: list[Order] = []
    marked: dict[UUID, Order] = {}
    executions = 0
    for message in messages:
        event = message.event
        if executions >= MAX_EXECUTIONS:
            raise BatchTooLarge(first_left=message.id)
        id_ = event.order_id
        order = new.get(id_)
        if isinstance(event, trading.OrderCancelRequested):
            order = order or resting.get(id_)
            if order is not None and order.resting:
                books[order.instrument_id].cancel(order)
                order.cause = message
                done.append(order)
            elif id_ not in books.known and (order is None or order.end is None):
                marked.setdefault(id_, _mark(message))
        elif order is not None and not order.resting and order.end is None and id_ not in marked:
            if (book := books.get(order.instrument_id)) is None:
                order.end = not_open("not listed")
            elif getattr(event, "splits", 0) != books.locked[order.instrument_id].splits:
                order.end = _OTHER_UNITS
            else:
                book.submit(order)
            executions += len(order.matches or ())
            done.append(order)
    outcome_write(books, done, unknown=marked.values())
    return len(done) + len(marked)


def _check(order: Submitted) -> None:
    limit = isinstance(order, trading.OrderSubmittedV2) and order.type == "limit"
    sound = order.side in _SIDES and order.quantity >= 1 and order.cap_price > 0
    if isinstance(order, trading.OrderSubmittedV2):
        lasts = limit and order.time_in_force in ("day", "gtc")
        sound = sound and order.time_in_force in TIMES_IN_FORCE
        sound = sound and lasts == (order.expires_at is not None)
        sound = sound and limit == (order.limit_price is not None)
        sound = sound and (order.limit_price is None or 0 < order.limit_price <= _FARTHEST)
    if not sound or (order.type != "market" and not limit):
        raise ValueError(f"not an order: {order.type} {order.side} {order.quantity} at {order.cap_price}")


def _order(message: Received[Submitted], books: Books) -> Order:
    """What is matched of an order; its price rounded to the step, never to the customer's disadvantage."""
    event, side = message.event, _SIDES[message.event.side]
    bound, expires_at, in_parts = event.cap_price, None, False
    if isinstance(event, trading.OrderSubmittedV2):
        bound, expires_at, in_parts = event.limit_price or bound, event.expires_at, True
    return Order(
        order_id=event.order_id,
        instrument_id=event.instrument_id,
        user_id=event.user_id,
        side=side,
        type=event.type,
        time_in_force=event.time_in_force,
        price=_on_step(min(bound, _FARTHEST), side, books.locked.get(event.instrument_id)),
        quantity=event.quantity,
        remaining=event.quantity,
        whole=not in_parts or event.time_in_force == "fok",
        in_parts=in_parts,
        submitted_at=event.submitted_at,
        expires_at=expires_at,
        cause=message,
    )


def _on_step(price: Decimal, side: int, instrument: LockedInstrument | None) -> int:
    step = millionths(instrument.price_step) if instrument else 1
    exact = price.scaleb(6)
    whole = int(exact)
    if side == SELL:
        return -(-(whole + (whole < exact)) // step) * step
    return max(whole - whole % step, 1)  # below one step nothing is reached, but it is a price


def _mark(message: Message) -> Order:
    """An order of which nothing is known but that it is wanted back."""
    id_ = message.event.order_id
    return Order(
        order_id=id_, instrument_id=id_, user_id=id_, side=BUY, type="", time_in_force="", price=0,
        quantity=0, remaining=0, cause=message,
    )  # fmt: skip
