"""All subscriptions of billing_service: event → handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from billing_service.cash.handlers import on_dividends_allocated, on_splits_allocated
from billing_service.holds.handlers import on_orders_filled, on_orders_placed_or_ended
from billing_service.ledger.handlers import (
    on_accounts_registered,
    on_closing_checked,
    on_closing_requested,
)
from servicekit.contracts import Event, trading, user
from servicekit.handlers.people import on_accounts_closed, on_profiles_changed
from servicekit.handlers.sessions import on_session_revoked

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    user.AccountRegistered: on_accounts_registered,
    user.ProfileChanged: on_profiles_changed,
    user.SessionRevoked: on_session_revoked,
    user.ClosingRequested: on_closing_requested,
    user.AccountClosed: on_accounts_closed,
    trading.ClosingChecked: on_closing_checked,
    trading.OrderPlaced: on_orders_placed_or_ended,
    trading.OrderPlacedV2: on_orders_placed_or_ended,
    trading.OrderFilled: on_orders_filled,
    trading.OrderFilledV2: on_orders_filled,
    trading.OrderRejected: on_orders_placed_or_ended,
    trading.OrderCanceled: on_orders_placed_or_ended,
    trading.OrderCanceledV2: on_orders_placed_or_ended,
    trading.OrderExpired: on_orders_placed_or_ended,
    trading.DividendAllocated: on_dividends_allocated,
    trading.SplitAllocated: on_splits_allocated,
}
