"""Orders whose unfilled rest has entered the venue's book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from servicekit.contracts import market
from servicekit.database.bulk import Update
from servicekit.messaging.consume import Received
from trading_service.orders import saga
from trading_service.orders.models import OrderDeadline
from trading_service.orders.services.batch import Batch, claimed, orders_lock


class _Deadline(NamedTuple):
    """The deadline of an order that rests."""

    order_id: UUID
    due_at: datetime
    rests: bool = True


_REST = Update(OrderDeadline, _Deadline, key="order_id")


def orders_rest(*, messages: Sequence[Received[market.OrderRested]]) -> None:
    """Open orders learn since when they rest, and get a deadline a while after they expire; final ones stay.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    batch, deadlines = Batch(saga.RESTED.cause), []
    grace = timedelta(seconds=settings.RESTING_DEADLINE)
    for order, message in claimed(messages, orders, saga.RESTED):
        order.rested_at = message.event.rested_at
        batch.change(order)
        deadlines.append(_Deadline(order.id, message.event.expires_at + grace))
    batch.write("rested_at")
    _REST.defer(deadlines)
