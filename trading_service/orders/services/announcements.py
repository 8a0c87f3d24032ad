"""Events that several use-cases publish, built from the order."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.contracts import trading
from trading_service.orders.models import Order, Side
from trading_service.orders.services.batch import LockedOrder


def order_placed(order: Order) -> trading.OrderPlacedV2:
    """An order that was taken; of a buy, its hold."""
    return trading.OrderPlacedV2(
        **_about(order, order.instrument.ticker),
        type=order.type,
        time_in_force=order.time_in_force,
        limit_price=order.limit_price,
        hold_amount=order.hold_amount,
        currency=order.currency,
        placed_at=order.created_at,
        name_en=order.instrument.name_en,
        name_ru=order.instrument.name_ru,
    )


def order_submitted(order: Order | LockedOrder, *, ticker: str, at: datetime) -> trading.OrderSubmittedV2:
    """A working order, sent to the venue."""
    assert order.cap_price is not None  # the database has it for every order that is not rejected
    return trading.OrderSubmittedV2(
        **_about(order, ticker),
        type=order.type,
        cap_price=order.cap_price,
        limit_price=order.limit_price,
        time_in_force=order.time_in_force,
        expires_at=order.expires_at,
        submitted_at=at,
        splits=order.splits,
    )


def order_rejected(order: Order | LockedOrder, *, ticker: str, at: datetime) -> trading.OrderRejected:
    """A rejected order, with its reason."""
    return trading.OrderRejected(
        **_about(order, ticker),
        code=order.reject_code,
        limit=order.reject_limit,
        value=order.reject_value,
        rejected_at=at,
    )


def order_canceled(
    order: LockedOrder, *, at: datetime, replaced_by: UUID | None = None
) -> trading.OrderCanceledV2:
    """An order whose rest was canceled: at its customer's request, or for a reason."""
    return trading.OrderCanceledV2(
        **_about(order, order.ticker),
        filled_quantity=order.filled_quantity,
        code=order.reject_code,
        detail=order.reject_value,
        canceled_at=at,
        charged=charged(order),
        replaced_by=replaced_by,
    )


def order_expired(order: LockedOrder, *, at: datetime) -> trading.OrderExpired:
    """An order that ended because its time was over."""
    return trading.OrderExpired(
        **_about(order, order.ticker),
        filled_quantity=order.filled_quantity,
        code=order.reject_code,
        expired_at=at,
        charged=charged(order),
    )


def charged(order: LockedOrder) -> int:
    """What a buy has come to so far, fees included, in minor units; 0 for a sell."""
    return order.amount + order.fee if order.side == Side.BUY else 0


def _about(order: Order | LockedOrder, ticker: str) -> dict[str, Any]:
    """What each of these events says: which order it is."""
    return {
        "order_id": order.id,
        "user_id": order.user_id,
        "instrument_id": order.instrument_id,
        "ticker": ticker,
        "side": order.side,
        "quantity": order.quantity,
    }
