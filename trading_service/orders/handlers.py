"""Events of billing and the venue → one use-case each; see ``saga.py`` for the whole flow."""

from __future__ import annotations

from typing import Any

from servicekit.contracts import billing, market
from servicekit.messaging import Received
from servicekit.money import to_text
from trading_service.orders import saga, services


def on_hold_placed(message: Received[billing.HoldPlaced]) -> None:
    services.order_submit(order_id=message.event.order_id, cause=_cause(message))


def on_hold_declined(message: Received[billing.HoldDeclined]) -> None:
    declined = message.event
    services.order_reject(
        order_id=declined.order_id,
        step=saga.HOLD_DECLINED,
        cause=_cause(message),
        code=declined.code,
        limit=to_text(declined.available, declined.currency),
        value=to_text(declined.required, declined.currency),
    )


def on_order_executed(message: Received[market.OrderExecuted]) -> None:
    executed = message.event
    services.order_fill(
        order_id=executed.order_id,
        fill_id=executed.fill_id,
        quantity=executed.quantity,
        price=executed.price,
        executed_at=executed.executed_at,
        cause=_cause(message),
    )


def on_order_refused(message: Received[market.OrderRefused]) -> None:
    refused = message.event
    services.order_reject(
        order_id=refused.order_id,
        step=saga.REFUSED,
        cause=_cause(message),
        code=refused.code,
        limit=refused.limit,
        value=refused.value,
    )


def on_order_canceled(message: Received[market.OrderCanceled]) -> None:
    services.order_cancel(order_id=message.event.order_id, cause=_cause(message))


def _cause(message: Received[Any]) -> services.Cause:
    return services.Cause(type=message.type, event_id=message.id)
