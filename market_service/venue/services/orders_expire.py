"""The sweep: ends resting orders that have expired."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from market_service.venue.matching import EXPIRED
from market_service.venue.services.books import Books
from market_service.venue.services.outcome import outcome_write
from servicekit.database import Statement
from servicekit.messaging.publish import origins

#: The most orders of one transaction.
LIMIT = 200

_DUE = Statement(
    """
SELECT order_id, instrument_id FROM venue_restingorder WHERE expires_at <= statement_timestamp()
ORDER BY expires_at LIMIT %s::int
"""
)

# At a day's end only, so planned each time: one for the day of a replay may expire as late as any other.
_OF_DAYS_BEFORE = """
SELECT order_id, instrument_id FROM venue_restingorder
WHERE time_in_force = 'day' AND rested_at < %s ORDER BY expires_at LIMIT %s
"""


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
    with connection.cursor() as cursor:
        if day_before is None:
            cursor.execute(_DUE, [limit])
        else:
            cursor.execute(_OF_DAYS_BEFORE, [day_before, limit])
        due = cursor.fetchall()
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
