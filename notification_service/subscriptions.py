"""All subscriptions of notification_service: event → handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notification_service.closings.handlers import on_accounts_closed
from notification_service.delivery.handlers import on_profiles_changed
from notification_service.inbox.handlers import (
    on_accounts_frozen,
    on_accounts_registered,
    on_accounts_unfrozen,
    on_alerts_fired,
    on_deposits_booked,
    on_dividends_booked,
    on_links_issued,
    on_orders_canceled,
    on_orders_expired,
    on_orders_filled,
    on_orders_rejected,
    on_reversals_booked,
    on_security_notices,
    on_splits_allocated,
    on_statements_ready,
    on_withdrawals_booked,
)
from servicekit.contracts import Event, billing, trading, user
from servicekit.handlers.sessions import on_session_revoked

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    user.AccountRegistered: on_accounts_registered,
    user.ProfileChanged: on_profiles_changed,
    user.AccountClosed: on_accounts_closed,
    user.SecurityNoticed: on_security_notices,
    user.LinkIssued: on_links_issued,
    user.SessionRevoked: on_session_revoked,
    billing.DepositBooked: on_deposits_booked,
    billing.WithdrawalBooked: on_withdrawals_booked,
    billing.DividendBooked: on_dividends_booked,
    billing.ReversalBooked: on_reversals_booked,
    billing.StatementReady: on_statements_ready,
    billing.AccountFrozen: on_accounts_frozen,
    billing.AccountUnfrozen: on_accounts_unfrozen,
    trading.OrderFilled: on_orders_filled,
    trading.OrderFilledV2: on_orders_filled,
    trading.OrderRejected: on_orders_rejected,
    trading.OrderCanceled: on_orders_canceled,
    trading.OrderCanceledV2: on_orders_canceled,
    trading.OrderExpired: on_orders_expired,
    trading.SplitAllocated: on_splits_allocated,
    trading.AlertFired: on_alerts_fired,
}
