"""Rejecting orders: billing declined the hold, or the venue refused to execute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from servicekit.arrays import columns
from servicekit.contracts import billing, market
from servicekit.database import Statement, execute_deferred
from servicekit.messaging.consume import Received
from servicekit.money import to_text
from trading_service.orders.models import Status
from trading_service.orders.saga import Step
from trading_service.orders.services.announcements import order_rejected
from trading_service.orders.services.batch import Batch, LockedOrder, claimed, orders_lock

# In the order of the customers, and after their positions, as when an order is placed: no deadlocks. The
# ORM's locking read and bulk_update take 4 times as long for one customer, 17 times for 40 (by turns, 21
# runs).
_COUNT = Statement(
    """
UPDATE orders_dailyorders AS daily SET rejected = daily.rejected + counted.many
FROM (
    SELECT user_id, many FROM unnest(%s::uuid[], %s::int[]) AS refused (customer, many)
    JOIN orders_dailyorders ON user_id = customer AND day = (statement_timestamp() AT TIME ZONE 'UTC')::date
    ORDER BY user_id FOR NO KEY UPDATE OF orders_dailyorders
) AS counted
WHERE daily.user_id = counted.user_id
"""
)


def orders_reject(
    *,
    messages: Sequence[Received[billing.HoldDeclined]] | Sequence[Received[market.OrderRefused]],
    step: Step,
) -> None:
    """End orders as ``rejected``, with the reason, and release the units of sells.

    Args:
        messages: all of one type.
        step: ``saga.HOLD_DECLINED`` or ``saga.REFUSED``: from which states; in another nothing happens.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.

    Emits:
        OrderRejected.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    batch, rejected = Batch(step.cause), []
    for order, message in claimed(messages, orders, step):
        batch.move(order, Status.REJECTED, message)
        order.reject_code, order.reject_limit, order.reject_value = _reason(message.event)
        batch.release(order)
        batch.publish(order, order_rejected(order, ticker=order.ticker, at=batch.now), message)
        rejected.append(order)
    batch.write("reject_code", "reject_limit", "reject_value")
    _count(rejected)


def _count(orders: Iterable[LockedOrder]) -> None:
    """Add to what was rejected of the customers' orders today."""
    if counted := Counter(order.user_id for order in orders):
        execute_deferred(_COUNT, columns(counted.items()))


def _reason(event: billing.HoldDeclined | market.OrderRefused) -> tuple[str, str, str]:
    """The code of the public contract, the bound and what stood against it, as text for a person."""
    if isinstance(event, billing.HoldDeclined):
        return event.code, to_text(event.available, event.currency), to_text(event.required, event.currency)
    return event.code, event.limit, event.value
