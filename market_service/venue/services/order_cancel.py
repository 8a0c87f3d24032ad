"""An operator cancels a resting order."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from market_service.venue.matching import End, Ended
from market_service.venue.models import RestingOrder
from market_service.venue.services.books import Books
from market_service.venue.services.outcome import outcome_write
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.errors import ChangedMeanwhile


@transaction.atomic
def order_cancel(*, order_id: UUID, by: Actor, reason: str) -> None:
    """Cancel what is left of a resting order; what was executed of it stays executed.

    Args:
        reason: for the audit trail, and for the customer, who is told it as it is.

    Raises:
        ChangedMeanwhile: it does not rest any more.

    Emits:
        ``OrderCanceledV2`` with the reason ``operator``.
    """
    resting = RestingOrder.objects.filter(pk=order_id).first()
    if resting is None:
        raise ChangedMeanwhile
    books = Books(instrument_ids=[resting.instrument_id])
    books.open()
    order = books.these([order_id]).get(order_id)
    if order is None:
        raise ChangedMeanwhile
    books[order.instrument_id].cancel(
        order, End(Ended.CANCELED, RejectCode.OPERATOR.value, detail=reason.strip())
    )
    record(
        "order.cancel", resting, by=by, reason=reason,
        before={"remaining": order.remaining, "quantity": order.quantity}, after={"executed": order.executed},
    )  # fmt: skip
    outcome_write(books, [order])
