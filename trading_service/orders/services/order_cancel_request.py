"""Requesting the cancel of an order: the venue decides whether it is in time."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.messaging.publish import publish
from trading_service.orders import saga
from trading_service.orders.errors import OrderNotCancelable, OrderNotFound
from trading_service.orders.models import Order, Status
from trading_service.orders.services.changes import orders_changed


@transaction.atomic
def order_cancel_request(*, user_id: UUID, order_id: UUID) -> Order:
    """Ask the venue to cancel an order. Asking again changes nothing.

    Returns:
        The order with its instrument, in the state it had.

    Raises:
        OrderNotFound: no such order of this customer.
        OrderNotCancelable: it is final.

    Emits:
        OrderCancelRequested, the first time.
    """
    orders = Order.objects.select_related("instrument").select_for_update(of=("self",), no_key=True)
    try:
        order = orders.get(id=order_id, user_id=user_id)
    except Order.DoesNotExist:
        raise OrderNotFound() from None
    if order.status not in saga.CANCEL_REQUESTED.leaves:
        raise OrderNotCancelable(status=Status(order.status).label)
    if order.cancel_requested_at is None:
        order.cancel_requested_at = order.updated_at = timezone.now()
        order.version += 1
        order.save(update_fields=["version", "updated_at", "cancel_requested_at"])
        publish(
            trading.OrderCancelRequested(
                order_id=order.id, user_id=order.user_id, requested_at=order.updated_at
            ),
            sequence=order.version,
        )
        orders_changed([order])
    return order
