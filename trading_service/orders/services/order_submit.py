"""Submitting an order to the venue, once billing has set its cash aside."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from trading_service.orders import saga
from trading_service.orders.models import Status
from trading_service.orders.services.changes import Cause, order_claim, order_move, submission_publish


@transaction.atomic(savepoint=False)
def order_submit(*, order_id: UUID, cause: Cause) -> None:
    """An ``accepted`` order becomes ``working``; in any other state nothing happens.

    Emits:
        OrderSubmitted.
    """
    order = order_claim(order_id=order_id, step=saga.HOLD_PLACED)
    if order is None:
        return
    order_move(order=order, to=Status.WORKING, cause=cause, now=timezone.now())
    submission_publish(order=order)
