"""Events of orders: what each means for the customer's cash. Sells hold none."""

from __future__ import annotations

from billing_service.holds.services import hold_place, hold_void, order_settle
from servicekit.contracts import trading
from servicekit.messaging import Received


def on_order_placed(message: Received[trading.OrderPlaced]) -> None:
    """A buy asks for its cash to be held."""
    order = message.event
    if order.side == "buy" and order.hold_amount > 0:
        hold_place(
            order_id=order.order_id,
            user_id=order.user_id,
            amount=order.hold_amount,
            currency=order.currency,
        )


def on_order_filled(message: Received[trading.OrderFilled]) -> None:
    """A fill is paid."""
    order_settle(source_id=message.id, fill=message.event)


def on_order_rejected(message: Received[trading.OrderRejected]) -> None:
    """The order ended unfilled. What billing itself declined has nothing to release."""
    if message.event.side == "buy" and message.event.code != "insufficient_funds":
        hold_void(order_id=message.event.order_id, user_id=message.event.user_id)


def on_order_canceled(message: Received[trading.OrderCanceled]) -> None:
    """The order was taken back."""
    if message.event.side == "buy":
        hold_void(order_id=message.event.order_id, user_id=message.event.user_id)
