"""Booking an execution: the fill, the position, and the order a good way on or at its end."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.messaging import publish
from trading_service.orders import saga
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Fill, Order, Side, Status
from trading_service.orders.pricing import fee_of
from trading_service.orders.services.changes import Cause, order_lock, order_move
from trading_service.positions.services import position_buy, position_sell
from trading_service.reference.valuation import amount_of


@transaction.atomic(savepoint=False)
def order_fill(
    *,
    order_id: UUID,
    fill_id: UUID,
    quantity: int,
    price: Decimal,
    executed_at: datetime,
    cause: Cause,
) -> None:
    """Book what the venue executed. A fill that is booked already changes nothing.

    Args:
        order_id: which order.
        fill_id: the venue's id of the execution.
        quantity: units executed.
        price: per unit, in major units.
        executed_at: when, by the venue's clock.
        cause: for the history.

    Raises:
        ExecutionConflict: the order is final without this fill, or less is left of it.

    Emits:
        OrderFilled.
    """
    order = order_lock(order_id=order_id)
    if order.filled_quantity and Fill.objects.filter(id=fill_id).exists():
        return
    if order.status not in saga.EXECUTED.leaves or quantity > order.remaining_quantity:
        raise ExecutionConflict(
            f"order {order_id} is {order.status} with {order.remaining_quantity} to fill, "
            f"but the venue reports fill {fill_id} of {quantity}"
        )
    amount = amount_of(price=price, quantity=quantity, currency=order.currency)
    fill = Fill(
        id=fill_id,
        order=order,
        quantity=quantity,
        price=price,
        amount=amount,
        fee=fee_of(amount=amount, currency=order.currency),
        executed_at=executed_at,
    )
    fill.save(force_insert=True)
    final = quantity == order.remaining_quantity
    order_move(
        order=order,
        to=Status.FILLED if final else Status.PARTIALLY_FILLED,
        cause=cause,
        now=timezone.now(),
        filled_quantity=order.filled_quantity + quantity,
        filled_value=order.filled_value + price * quantity,
        amount=order.amount + fill.amount,
        fee=order.fee + fill.fee,
    )
    _book_position(order, fill)
    publish(
        trading.OrderFilled(
            order_id=order.id,
            fill_id=fill.id,
            user_id=order.user_id,
            instrument_id=order.instrument_id,
            ticker=order.instrument.ticker,
            side=order.side,
            quantity=fill.quantity,
            price=fill.price,
            amount=fill.amount,
            fee=fill.fee,
            currency=order.currency,
            final=final,
            filled_at=fill.executed_at,
        ),
        sequence=order.version,
    )


def _book_position(order: Order, fill: Fill) -> None:
    if order.side == Side.BUY:
        position_buy(
            user_id=order.user_id,
            instrument_id=order.instrument_id,
            quantity=fill.quantity,
            cost=fill.amount + fill.fee,
        )
    else:
        position_sell(
            user_id=order.user_id,
            instrument_id=order.instrument_id,
            quantity=fill.quantity,
            proceeds=fill.amount - fill.fee,
        )
