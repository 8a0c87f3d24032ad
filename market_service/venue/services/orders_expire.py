"""The sweep: ends resting orders that have expired."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from market_service.venue.matching import EXPIRED
from market_service.venue.models import RestingOrder
from market_service.venue.selectors import orders_expired
from market_service.venue.services.books import Books
from market_service.venue.services.outcome import outcome_write
from servicekit.messaging.publish import origins

#: The most orders of one transaction.
LIMIT = 200


@transaction.atomic(savepoint=False)
def orders_expire(*, limit: int = LIMIT, day_before: datetime | None = None) -> int:
    """End resting orders whose time is over, the longest overdue first, at most ``limit``.

    What is due is decided by the database's clock. An order that was executed or canceled meanwhile is
    left alone. A halt does not keep an order from expiring.

    Args:
        day_before: instead, the orders ``day`` that came to rest before then, when the market's day began.

    Returns:
        How many were due; ``limit`` means there may be more.

    Emits:
        ``OrderExpired`` per order.
    """
    resting = (
        orders_expired()
        if day_before is None
        else RestingOrder.objects.filter(time_in_force="day", rested_at__lt=day_before)
    )
    due = list(resting.order_by("expires_at").values_list("order_id", "instrument_id")[:limit])
    if not due:
        return 0
    books = Books(instrument_ids={instrument_id for _, instrument_id in due})
    books.open()
    expired = books.these(order_id for order_id, _ in due)
    come_of = origins(f"venue-order/{order_id}" for order_id in expired)
    for order_id, order in expired.items():
        order.cause = come_of.get(f"venue-order/{order_id}")
        books[order.instrument_id].cancel(order, EXPIRED)
    outcome_write(books, expired.values())
    return len(due)
