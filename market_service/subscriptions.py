"""What market_service listens to: the whole list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from market_service.venue.handlers import on_order_cancel_requested, on_order_submitted
from servicekit.contracts import Event, trading

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    trading.OrderSubmitted: on_order_submitted,
    trading.OrderCancelRequested: on_order_cancel_requested,
}
