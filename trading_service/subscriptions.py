"""All subscriptions of trading_service: event → handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servicekit.contracts import Event, billing, market, user
from servicekit.handlers.people import on_accounts_registered, on_profiles_changed
from servicekit.handlers.sessions import on_session_revoked
from trading_service.alerts import handlers as alerts
from trading_service.closings import handlers as closings
from trading_service.dividends import handlers as dividends
from trading_service.orders import handlers as orders
from trading_service.positions import handlers as positions
from trading_service.splits import handlers as splits

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    user.AccountRegistered: on_accounts_registered,
    user.ProfileChanged: on_profiles_changed,
    user.SessionRevoked: on_session_revoked,
    user.AccountClosed: closings.on_accounts_closed,
    billing.ClosingPrepared: closings.on_closing_prepared,
    market.InstrumentChanged: alerts.on_instruments_changed,
    billing.HoldPlaced: orders.on_holds_placed,
    billing.HoldDeclined: orders.on_holds_declined,
    market.OrderExecutedV2: orders.on_orders_executed,
    market.OrderExecuted: orders.on_whole_orders_executed,
    market.OrderRested: orders.on_orders_rested,
    market.OrderRefused: orders.on_orders_refused,
    market.OrderCanceledV2: orders.on_orders_canceled,
    market.OrderCanceled: orders.on_whole_orders_canceled,
    market.OrderExpired: orders.on_orders_expired,
    market.MarketDayClosed: positions.on_market_day_closed,
    market.DividendRecorded: dividends.on_dividends_recorded,
    market.SplitRecorded: splits.on_splits_recorded,
}

#: The latest quotes: a lossy stream of their own.
QUOTES_HANDLER = alerts.on_quotes_updated
