"""Events from trading, many at a time, to their use-cases."""

from __future__ import annotations

from collections.abc import Sequence

from market_service.venue import services
from servicekit.contracts import trading
from servicekit.messaging.consume import Received, in_batches


@in_batches
def on_orders_submitted(messages: Sequence[Received[trading.OrderSubmitted]]) -> None:
    """Orders arrived: execute or refuse them."""
    services.orders_execute(messages=messages)


@in_batches
def on_order_cancels_requested(messages: Sequence[Received[trading.OrderCancelRequested]]) -> None:
    """Orders are wanted back: each is in time unless it was answered already."""
    services.orders_cancel(messages=messages)
