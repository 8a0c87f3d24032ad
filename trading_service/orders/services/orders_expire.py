"""The sweep: ends orders whose deadline has passed.

The database's clock alone decides which are due, so the clocks of the processes do not matter.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from servicekit.arrays import columns
from servicekit.contracts import trading
from servicekit.database import execute_deferred
from trading_service.orders import saga
from trading_service.orders.models import OrderDeadline, Status
from trading_service.orders.selectors import latest_deadline
from trading_service.orders.services.batch import Batch, LockedOrder, orders_lock_due
from trading_service.orders.services.orders_cancel import order_end
from trading_service.orders.services.orders_replace import orders_replace, replacements

#: The most orders of one transaction.
LIMIT = 200

# The next look, after twice the time of the last, up to the longest. The ORM's read and bulk_update take 11
# times as long for one order, 40 times for 200 (by turns, 21 runs).
_REARM = """
UPDATE orders_orderdeadline AS deadline SET
    recalls = next.recalls, due_at = statement_timestamp() + make_interval(secs => next.seconds)
FROM unnest(%s::uuid[], %s::int[], %s::float8[]) AS next (order_id, recalls, seconds)
WHERE deadline.order_id = next.order_id
"""


@transaction.atomic
def orders_expire(*, limit: int = LIMIT, resting: bool = False) -> int:
    """Take orders that are due, the longest overdue first, at most ``limit``.

    An order that billing has not answered ends here. For an order at the venue a cancel is requested
    (``OrderCancelRequested``; not by the customer, so ``cancel_requested_at`` stays empty), and it gets a
    later deadline: the venue's answer ends it. Orders locked by another transaction are left for the next
    run. Events carry the request id and the trace of the request that placed the order.

    Args:
        resting: those that rest, which are due a while after they should have expired; otherwise all others.

    Returns:
        How many were taken; ``limit`` means there may be more.

    Emits:
        OrderExpired, OrderCanceledV2, OrderCancelRequested; for what takes the place of a canceled one
        see :func:`orders_replace`.
    """
    due = orders_lock_due(limit=limit, resting=resting)
    wanted = replacements(each.order for each in due)
    batch = Batch(saga.DEADLINE)
    recalled: list[tuple[LockedOrder, int]] = []
    ended = []
    for order, recalls, by in due:
        if order.status in saga.HOLD_OVERDUE.leaves:
            order_end(batch, order, by, replacement=wanted.get(order.id))
            if order.status == Status.CANCELED:
                ended.append((order, by))
        elif order.status in saga.VENUE_OVERDUE.leaves:
            batch.change(order)
            batch.publish(order, _recall(order, batch), by)
            recalled.append((order, recalls + 1))
    batch.write("reject_code")
    if recalled:
        rows = ((order.id, recalls, _deadline_s(recalls)) for order, recalls in recalled)
        execute_deferred(_REARM, columns(rows))
    orders_replace(ended, wanted)
    return len(due)


def deadlines_clamp() -> int:
    """Bring deadlines back that lie too far ahead, because the database's clock was put back.

    No deadline is ever set further away than ``ORDER_DEADLINE_LONGEST``, but of orders that rest.

    Returns:
        How many did.
    """
    soon = Now() + timedelta(seconds=settings.ORDER_DEADLINE)
    return OrderDeadline.objects.filter(rests=False, due_at__gt=latest_deadline()).update(due_at=soon)


def _recall(order: LockedOrder, batch: Batch) -> trading.OrderCancelRequested:
    return trading.OrderCancelRequested(order_id=order.id, user_id=order.user_id, requested_at=batch.now)


def _deadline_s(recalls: int) -> float:
    """Seconds until the venue is asked again, after it was asked so many times."""
    return float(min(settings.ORDER_DEADLINE * 2.0**recalls, settings.ORDER_DEADLINE_LONGEST))
