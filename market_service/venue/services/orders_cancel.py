"""Taking orders back in time."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from market_service.venue.models import VenueOrderState
from servicekit.arrays import array
from servicekit.contracts import market, trading
from servicekit.database import Statement
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish_many

_CANCEL = Statement(
    """
INSERT INTO venue_venueorder (order_id, state, side, refuse_code, refuse_limit, refuse_value, answered_at)
SELECT order_id, %s::text, '', '', '', '', statement_timestamp() FROM unnest(%s::uuid[]) AS wanted (order_id)
ORDER BY order_id
ON CONFLICT (order_id) DO NOTHING RETURNING order_id, answered_at
"""
)


@transaction.atomic(savepoint=False)
def orders_cancel(*, messages: Sequence[Received[trading.OrderCancelRequested]]) -> int:
    """Take back the orders that have no answer yet; when one arrives later it is passed over.

    An order that was answered before keeps its answer, and nothing is said.

    Returns:
        How many were canceled.

    Emits:
        ``OrderCanceled`` per canceled order.
    """
    orders = {message.event.order_id: message for message in messages}
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [VenueOrderState.CANCELED.value, array(orders)])
        canceled = dict(cursor.fetchall())
    publish_many(
        Outgoing(market.OrderCanceled(order_id=order_id, canceled_at=canceled[order_id]), cause=message)
        for order_id, message in orders.items()
        if order_id in canceled
    )
    return len(canceled)
