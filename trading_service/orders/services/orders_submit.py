"""Submitting orders to the venue, once billing has placed their holds."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import billing
from servicekit.messaging.consume import Received
from trading_service.orders import saga
from trading_service.orders.models import Status
from trading_service.orders.services.announcements import order_submitted
from trading_service.orders.services.batch import Batch, claimed, orders_lock


def orders_submit(*, messages: Sequence[Received[billing.HoldPlaced]]) -> None:
    """``accepted`` orders become ``working``; in any other state nothing happens.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.

    Emits:
        OrderSubmittedV2.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    batch = Batch(saga.HOLD_PLACED.cause)
    for order, message in claimed(messages, orders, saga.HOLD_PLACED):
        batch.move(order, Status.WORKING, message)
        batch.publish(order, order_submitted(order, ticker=order.ticker, at=batch.now), message)
    batch.write()
