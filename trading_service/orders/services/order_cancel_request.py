"""Asking for an order back: the venue decides whether it is in time."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.messaging import publish
from trading_service.orders import saga
from trading_service.orders.errors import OrderNotCancelable, OrderNotFound
from trading_service.orders.models import Order, Status
from trading_service.orders.services.changes import order_change, order_lock


@transaction.atomic
def order_cancel_request(*, user_id: UUID, order_id: UUID) -> Order:
    """Ask the venue to take an order back. Asking again changes nothing.

    Returns:
        The order, in the state it had.

    Raises:
        OrderNotFound: no such order of this customer.
        OrderNotCancelable: it is final.

    Emits:
        OrderCancelRequested, the first time.
    """
    try:
        order = order_lock(order_id=order_id, user_id=user_id)
    except Order.DoesNotExist:
        raise OrderNotFound() from None
    if order.status not in saga.CANCEL_REQUESTED.leaves:
        raise OrderNotCancelable(status=Status(order.status).label)
    if order.cancel_requested_at is None:
        now = timezone.now()
        order_change(order=order, now=now, cancel_requested_at=now)
        publish(
            trading.OrderCancelRequested(order_id=order.id, user_id=order.user_id, requested_at=now),
            sequence=order.version,
        )
    return order
