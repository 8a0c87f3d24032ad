"""All subscriptions of market_service: event → handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from market_service.corporate_actions.handlers import on_dividends_completed, on_splits_completed
from market_service.venue.handlers import on_orders
from servicekit.contracts import Event, trading, user
from servicekit.handlers.sessions import on_session_revoked

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    trading.OrderSubmitted: on_orders,
    trading.OrderSubmittedV2: on_orders,
    trading.OrderCancelRequested: on_orders,
    trading.DividendCompleted: on_dividends_completed,
    trading.SplitCompleted: on_splits_completed,
    user.SessionRevoked: on_session_revoked,
}
