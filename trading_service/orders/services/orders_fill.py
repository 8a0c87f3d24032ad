"""Booking executions: fills, positions, and the orders' new states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import orjson
from django.conf import settings

from servicekit.contracts import market, trading
from servicekit.database.bulk import Insert
from servicekit.messaging.consume import Received
from servicekit.money import EXACT, Charge
from trading_service.orders.charges import Fees, charge, hold_left
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Fill, Liquidity, Side, Status
from trading_service.orders.saga import Step
from trading_service.orders.services.announcements import charged
from trading_service.orders.services.batch import Batch, LockedOrder, orders_lock
from trading_service.orders.services.executions import Part, parts
from trading_service.positions.services import Move, Movement

Executed = Received[market.OrderExecuted] | Received[market.OrderExecutedV2]


class _FillRow(NamedTuple):
    """A row of :class:`Fill`."""

    id: UUID
    order_id: UUID
    quantity: int
    price: Decimal
    value: Decimal
    liquidity: str
    executions: str  # JSON
    amount: int
    fee: int
    executed_at: datetime
    market_time: datetime | None


_BOOK = Insert(Fill, _FillRow)


def orders_fill(*, messages: Sequence[Executed], step: Step) -> None:
    """Book what the venue executed, several fills of one order too. One that is booked changes nothing.

    Args:
        messages: all of one type.
        step: ``saga.EXECUTED``, or ``saga.EXECUTED_WHOLE`` for orders of the version before.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.
        ExecutionConflict: an order is final without its fill, or what is left of it is not what is left at
            the venue; nothing was changed.
        PositionInconsistent: what a sell had set aside is not there; nothing was changed.

    Emits:
        OrderFilledV2.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    # an order without fills cannot have this one
    booked = _booked(m.event.fill_id for m in messages if orders[m.event.order_id].filled_quantity)
    batch = Batch(step.cause)
    fills = []
    for message in messages:
        order, executed = orders[message.event.order_id], message.event
        if executed.fill_id in booked:
            continue
        if order.status not in step.leaves or not _fits(order, executed):
            raise ExecutionConflict(
                f"order {order.id} is {order.status} with {order.remaining_quantity} to fill, "
                f"but the venue reports fill {executed.fill_id} of {executed.quantity}"
            )
        booked.add(executed.fill_id)
        for part in parts(executed):
            filled = _fill(batch, order, part, message)
            fills.append(
                _FillRow(
                    part.fill_id,
                    order.id,
                    part.quantity,
                    part.price,
                    part.value,
                    part.liquidity,
                    orjson.dumps(part.executions).decode(),
                    filled.amount,
                    filled.fee,
                    executed.executed_at,
                    executed.market_time if isinstance(executed, market.OrderExecutedV2) else None,
                )
            )
    _BOOK.defer(fills)
    batch.write("filled_quantity", "filled_value", "maker_value", "amount", "fee")


def _fits(order: LockedOrder, executed: market.OrderExecuted | market.OrderExecutedV2) -> bool:
    """Whether what is left of an order is, after an execution, what the venue says is left."""
    left = order.remaining_quantity - executed.quantity
    return left == executed.remaining if isinstance(executed, market.OrderExecutedV2) else left >= 0


def _fill(batch: Batch, order: LockedOrder, part: Part, by: Executed) -> trading.OrderFilledV2:
    """Move one order on by a fill, and the position with it.

    The fill comes to what all fills so far come to together, less what was charged before it: so the
    parts of an order cost what the whole does, and never more than is held for it.
    """
    order.filled_value = EXACT.add(order.filled_value, part.value)
    if part.liquidity == Liquidity.MAKER:
        order.maker_value = EXACT.add(order.maker_value, part.value)
    fees = _fees(order)
    so_far = _charged(order, fees)
    amount, fee = so_far.amount - order.amount, so_far.fee - order.fee
    final = part.quantity == order.remaining_quantity
    batch.move(order, Status.FILLED if final else Status.PARTIALLY_FILLED, by)
    order.filled_quantity += part.quantity
    order.amount, order.fee = so_far
    buys = order.side == Side.BUY
    batch.book(
        Movement(
            order.user_id,
            order.instrument_id,
            Move.BUY if buys else Move.SELL,
            part.quantity,
            amount + fee if buys else amount - fee,
            by.event.executed_at,
        )
    )
    filled = trading.OrderFilledV2(
        order_id=order.id,
        fill_id=part.fill_id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=order.ticker,
        side=order.side,
        quantity=part.quantity,
        value=part.value,
        price=part.price,
        amount=amount,
        fee=fee,
        currency=order.currency,
        executions=part.executions,
        filled_quantity=order.filled_quantity,
        remaining=order.remaining_quantity,
        hold_left=0 if final or not buys else _hold_left(order, fees),
        final=final,
        filled_at=by.event.executed_at,
        charged=charged(order),
    )
    batch.publish(order, filled, by)
    return filled


def _fees(order: LockedOrder) -> Fees:
    """The fee schedule that an order was placed at, as far as it was written down then."""
    taker = settings.FEE_RATE if order.fee_rate is None else order.fee_rate
    return Fees(taker, taker if order.maker_fee_rate is None else order.maker_fee_rate, order.minimum_fee)


def _charged(order: LockedOrder, fees: Fees) -> Charge:
    """What the fills of an order come to so far.

    One without a fee rate was placed, and its hold computed, by a version that rounded half away from
    zero: it pays no more than is held.
    """
    charged = charge(
        side=order.side,
        value=order.filled_value,
        maker_value=order.maker_value,
        fees=fees,
        currency=order.currency,
    )
    if order.fee_rate is None and order.side == Side.BUY:
        amount = min(charged.amount, order.hold_amount)
        charged = Charge(amount, min(charged.fee, order.hold_amount - amount))
    return charged


def _hold_left(order: LockedOrder, fees: Fees) -> int:
    """What the hold of a buy must keep for what is left of it, and no more than is there."""
    charged = Charge(order.amount, order.fee)
    left = hold_left(
        value=order.filled_value,
        bound=order.cap_price,
        remaining=order.remaining_quantity,
        charged=charged,
        fees=fees,
        currency=order.currency,
    )
    return min(left, order.hold_amount - charged.amount - charged.fee)


def _booked(fill_ids: Iterable[UUID]) -> set[UUID]:
    """Which of the fills are booked already."""
    wanted = list(fill_ids)
    return set(Fill.objects.filter(id__in=wanted).values_list("id", flat=True)) if wanted else set()
