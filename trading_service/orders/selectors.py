"""Reads of orders: always one customer's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from trading_service.orders.errors import OrderNotFound
from trading_service.orders.models import Fill, Order, OrderTransition


def order_get(*, user_id: UUID, order_id: UUID) -> Order:
    """One order with its instrument, its fills and its history, both oldest first.

    Raises:
        OrderNotFound: there is none, or it is somebody else's.
    """
    orders = Order.objects.select_related("instrument").prefetch_related(
        Prefetch("fills", Fill.objects.order_by("executed_at", "id")),
        Prefetch("history", OrderTransition.objects.order_by("sequence")),
    )
    try:
        return orders.get(id=order_id, user_id=user_id)
    except Order.DoesNotExist:
        raise OrderNotFound() from None


def order_list(
    *,
    user_id: UUID,
    statuses: list[str] | None = None,
    ticker: str | None = None,
    side: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    client_order_id: str | None = None,
) -> QuerySet[Order]:
    """A customer's orders with their instruments, each filter optional.

    Args:
        user_id: whose.
        statuses: any of these.
        ticker: in any case.
        side: ``buy`` or ``sell``.
        since: created then or later.
        until: created before.
        client_order_id: exactly this key.
    """
    orders = Order.objects.filter(user_id=user_id).select_related("instrument")
    if statuses:
        orders = orders.filter(status__in=statuses)
    if ticker:
        orders = orders.filter(instrument__ticker=ticker.upper())
    if side:
        orders = orders.filter(side=side)
    if since:
        orders = orders.filter(created_at__gte=since)
    if until:
        orders = orders.filter(created_at__lt=until)
    if client_order_id:
        orders = orders.filter(client_order_id=client_order_id)
    return orders
