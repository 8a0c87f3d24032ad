"""Events that several use-cases publish, built from the order in one place."""

from __future__ import annotations

from datetime import datetime

from servicekit.contracts import trading
from trading_service.orders.models import Order
from trading_service.orders.services.batch import LockedOrder


def order_submitted(order: Order | LockedOrder, *, ticker: str, at: datetime) -> trading.OrderSubmitted:
    """A working order, sent to the venue."""
    assert order.cap_price is not None  # the database has it for every order that is not rejected
    return trading.OrderSubmitted(
        order_id=order.id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=ticker,
        side=order.side,
        type=order.type,
        quantity=order.quantity,
        cap_price=order.cap_price,
        time_in_force=order.time_in_force,
        submitted_at=at,
    )


def order_rejected(order: Order | LockedOrder, *, ticker: str, at: datetime) -> trading.OrderRejected:
    """A rejected order, with its reason."""
    return trading.OrderRejected(
        order_id=order.id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=ticker,
        side=order.side,
        quantity=order.quantity,
        code=order.reject_code,
        limit=order.reject_limit,
        value=order.reject_value,
        rejected_at=at,
    )


def order_canceled(order: LockedOrder, *, at: datetime) -> trading.OrderCanceled:
    """An order that ended because its customer wanted it back."""
    return trading.OrderCanceled(
        order_id=order.id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=order.ticker,
        side=order.side,
        quantity=order.quantity,
        filled_quantity=order.filled_quantity,
        canceled_at=at,
    )


def order_expired(order: LockedOrder, *, at: datetime) -> trading.OrderExpired:
    """An order that ended because its time was over."""
    return trading.OrderExpired(
        order_id=order.id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=order.ticker,
        side=order.side,
        quantity=order.quantity,
        filled_quantity=order.filled_quantity,
        code=order.reject_code,
        expired_at=at,
    )
