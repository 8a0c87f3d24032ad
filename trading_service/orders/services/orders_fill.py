"""Booking executions: the fills, the positions, and the orders a good way on or at their end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from servicekit.contracts import market, trading
from servicekit.database.bulk import Insert
from servicekit.messaging.consume import Received
from servicekit.money import EXACT, Charge, order_charge
from trading_service.orders import saga
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Fill, Side, Status
from trading_service.orders.services.batch import Batch, LockedOrder, orders_lock
from trading_service.positions.services import Move, Movement


class _FillRow(NamedTuple):
    """A row of :class:`Fill`."""

    id: UUID
    order_id: UUID
    quantity: int
    price: Decimal
    amount: int
    fee: int
    executed_at: datetime


_BOOK = Insert(Fill, _FillRow)


def orders_fill(*, messages: Sequence[Received[market.OrderExecuted]]) -> None:
    """Book what the venue executed, several fills of one order too. One that is booked changes nothing.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.
        ExecutionConflict: an order is final without its fill, or less is left of it; nothing was changed.
        PositionInconsistent: what a sell had set aside is not there; nothing was changed.

    Emits:
        OrderFilled.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    # an order without fills cannot have this one
    booked = _booked(m.event.fill_id for m in messages if orders[m.event.order_id].filled_quantity)
    batch = Batch(saga.EXECUTED.cause)
    fills = []
    for message in messages:
        order, executed = orders[message.event.order_id], message.event
        if executed.fill_id in booked:
            continue
        if order.status not in saga.EXECUTED.leaves or executed.quantity > order.remaining_quantity:
            raise ExecutionConflict(
                f"order {order.id} is {order.status} with {order.remaining_quantity} to fill, "
                f"but the venue reports fill {executed.fill_id} of {executed.quantity}"
            )
        booked.add(executed.fill_id)
        filled = _fill(batch, order, message)
        fills.append(
            _FillRow(
                filled.fill_id,
                order.id,
                filled.quantity,
                filled.price,
                filled.amount,
                filled.fee,
                filled.filled_at,
            )
        )
    _BOOK.defer(fills)
    batch.write("filled_quantity", "filled_value", "amount", "fee")


def _fill(batch: Batch, order: LockedOrder, by: Received[market.OrderExecuted]) -> trading.OrderFilled:
    """Move one order on by its fill, and the position with it.

    The fill comes to what all fills so far come to together, less what was charged before it: so the
    parts of an order cost what the whole does, and never more than is held for it.
    """
    executed = by.event
    final = executed.quantity == order.remaining_quantity
    order.filled_value = EXACT.add(order.filled_value, EXACT.multiply(executed.price, executed.quantity))
    so_far = _charged(order)
    amount, fee = so_far.amount - order.amount, so_far.fee - order.fee
    batch.move(order, Status.FILLED if final else Status.PARTIALLY_FILLED, by)
    order.filled_quantity += executed.quantity
    order.amount, order.fee = so_far
    buys = order.side == Side.BUY
    batch.book(
        Movement(
            order.user_id,
            order.instrument_id,
            Move.BUY if buys else Move.SELL,
            executed.quantity,
            amount + fee if buys else amount - fee,
        )
    )
    filled = trading.OrderFilled(
        order_id=order.id,
        fill_id=executed.fill_id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=order.ticker,
        side=order.side,
        quantity=executed.quantity,
        price=executed.price,
        amount=amount,
        fee=fee,
        currency=order.currency,
        final=final,
        filled_at=executed.executed_at,
    )
    batch.tell(order, filled, by)
    return filled


def _charged(order: LockedOrder) -> Charge:
    """What the fills of an order come to so far.

    One without a fee rate was placed, and its hold computed, by a version that rounded half away from
    zero: it pays no more than is held.
    """
    rate = settings.FEE_RATE if order.fee_rate is None else order.fee_rate
    charge = order_charge(order.filled_value, side=order.side, fee_rate=rate, currency=order.currency)
    if order.fee_rate is None and order.side == Side.BUY:
        amount = min(charge.amount, order.hold_amount)
        charge = Charge(amount, min(charge.fee, order.hold_amount - amount))
    return charge


def _booked(fill_ids: Iterable[UUID]) -> set[UUID]:
    """Which of the fills are booked already."""
    wanted = list(fill_ids)
    return set(Fill.objects.filter(id__in=wanted).values_list("id", flat=True)) if wanted else set()
