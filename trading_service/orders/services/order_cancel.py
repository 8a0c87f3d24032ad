"""Canceling an order: the venue took it back before it was executed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.messaging import publish
from trading_service.orders import saga
from trading_service.orders.models import Status
from trading_service.orders.services.changes import Cause, order_claim, order_move, units_release


@transaction.atomic(savepoint=False)
def order_cancel(*, order_id: UUID, cause: Cause) -> None:
    """End an open order as ``canceled`` and give a sell its units back; a final one stays as it is.

    Emits:
        OrderCanceled.
    """
    order = order_claim(order_id=order_id, step=saga.CANCELED)
    if order is None:
        return
    order_move(order=order, to=Status.CANCELED, cause=cause, now=timezone.now())
    units_release(order=order)
    publish(
        trading.OrderCanceled(
            order_id=order.id,
            user_id=order.user_id,
            instrument_id=order.instrument_id,
            ticker=order.instrument.ticker,
            side=order.side,
            quantity=order.quantity,
            filled_quantity=order.filled_quantity,
            canceled_at=order.updated_at,
        ),
        sequence=order.version,
    )
