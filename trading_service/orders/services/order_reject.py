"""Rejecting an order: billing declined the hold, or the venue refused to execute."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from trading_service.orders.models import Status
from trading_service.orders.reject_reasons import SYNONYMS
from trading_service.orders.saga import Step
from trading_service.orders.services.changes import (
    Cause,
    order_claim,
    order_move,
    rejection_publish,
    units_release,
)


@transaction.atomic(savepoint=False)
def order_reject(*, order_id: UUID, step: Step, cause: Cause, code: str, limit: str, value: str) -> None:
    """End an order as ``rejected`` and give a sell its units back.

    Args:
        order_id: which order.
        step: ``saga.HOLD_DECLINED`` or ``saga.REFUSED``: from which states; in another nothing happens.
        cause: for the history.
        code: a reject code of the contract, or a synonym of one.
        limit, value: the bound and what stood against it, as text for a person.

    Emits:
        OrderRejected.
    """
    order = order_claim(order_id=order_id, step=step)
    if order is None:
        return
    order_move(
        order=order,
        to=Status.REJECTED,
        cause=cause,
        now=timezone.now(),
        reject_code=SYNONYMS.get(code, code),
        reject_limit=limit,
        reject_value=value,
    )
    units_release(order=order)
    rejection_publish(order=order)
