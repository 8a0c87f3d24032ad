"""Which events notification_service listens to: event → handler, the whole list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notification_service.delivery.handlers import on_profile_changed
from notification_service.inbox.handlers import (
    on_account_registered,
    on_correction_booked,
    on_deposit_booked,
    on_order_canceled,
    on_order_expired,
    on_order_filled,
    on_order_rejected,
    on_security_noticed,
)
from servicekit.contracts import Event, billing, trading, user

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    user.AccountRegistered: on_account_registered,
    user.ProfileChanged: on_profile_changed,
    user.SecurityNoticed: on_security_noticed,
    billing.DepositBooked: on_deposit_booked,
    billing.CorrectionBooked: on_correction_booked,
    trading.OrderFilled: on_order_filled,
    trading.OrderRejected: on_order_rejected,
    trading.OrderCanceled: on_order_canceled,
    trading.OrderExpired: on_order_expired,
}
