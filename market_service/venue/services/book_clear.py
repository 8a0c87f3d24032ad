"""Taking all orders out of a book whose instrument is halted for a corporate action."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from market_service.venue.matching import End, Ended
from market_service.venue.models import RestingOrder
from market_service.venue.services.books import Books
from market_service.venue.services.outcome import outcome_write
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.messaging.publish import origins

#: The most orders of one transaction.
LIMIT = 200

_END = End(Ended.CANCELED, RejectCode.CORPORATE_ACTION.value)


@transaction.atomic
def book_clear(*, instrument_id: UUID, limit: int = LIMIT) -> int:
    """Cancel resting orders of an instrument, at most ``limit``; what was executed of them stays executed.

    Returns:
        How many; fewer than ``limit``: none rests any more.

    Emits:
        ``OrderCanceledV2`` per order, with the reason ``corporate_action``.
    """
    books = Books(instrument_ids=[instrument_id])
    resting = RestingOrder.objects.filter(instrument_id=instrument_id).order_by("arrival_seq")
    ids = list(resting.values_list("order_id", flat=True)[:limit])
    if not ids:
        return 0
    books.open()
    orders = books.these(ids)
    come_of = origins(f"venue-order/{order_id}" for order_id in orders)
    for order_id, order in orders.items():
        order.cause = come_of.get(f"venue-order/{order_id}")
        books[instrument_id].cancel(order, _END)
    outcome_write(books, orders.values())
    return len(orders)
