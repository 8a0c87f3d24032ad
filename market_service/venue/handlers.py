"""Events from trading, each to its use-case."""

from __future__ import annotations

from market_service.venue import services
from servicekit.contracts import trading
from servicekit.messaging import Received


def on_order_submitted(message: Received[trading.OrderSubmitted]) -> None:
    """An order arrived: execute or refuse it."""
    order = message.event
    services.order_answer(
        order_id=order.order_id,
        instrument_id=order.instrument_id,
        side=order.side,
        quantity=order.quantity,
        cap_price=order.cap_price,
        submitted_at=order.submitted_at,
    )


def on_order_cancel_requested(message: Received[trading.OrderCancelRequested]) -> None:
    """The customer wants an order back: it is in time unless the order was answered already."""
    services.order_cancel(order_id=message.event.order_id)
