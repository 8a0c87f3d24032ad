"""Which events billing_service listens to: event → handler, the whole list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from billing_service.holds.handlers import (
    on_order_canceled,
    on_order_expired,
    on_order_filled,
    on_order_placed,
    on_order_rejected,
)
from billing_service.ledger.handlers import on_account_registered
from servicekit.contracts import Event, trading, user
from servicekit.people.handlers import on_profile_changed

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    user.AccountRegistered: on_account_registered,
    user.ProfileChanged: on_profile_changed,
    trading.OrderPlaced: on_order_placed,
    trading.OrderFilled: on_order_filled,
    trading.OrderRejected: on_order_rejected,
    trading.OrderCanceled: on_order_canceled,
    trading.OrderExpired: on_order_expired,
}
