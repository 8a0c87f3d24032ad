"""Orders that the venue gave back before they were executed."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import market
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.messaging.consume import Received
from servicekit.telemetry import HasOrigin
from trading_service.orders import saga
from trading_service.orders.models import Status
from trading_service.orders.services.announcements import order_canceled, order_expired
from trading_service.orders.services.batch import Batch, LockedOrder, claimed, orders_lock


def orders_cancel(*, messages: Sequence[Received[market.OrderCanceled]]) -> None:
    """End open orders; final ones stay as they are.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.

    Emits:
        OrderCanceled or OrderExpired.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    batch = Batch(saga.CANCELED.cause)
    for order, message in claimed(messages, orders, saga.CANCELED):
        order_end(batch, order, message)
    batch.write("reject_code")


def order_end(batch: Batch, order: LockedOrder, by: HasOrigin) -> None:
    """End an order that will not be executed any more, and give a sell its units back.

    It is ``canceled`` when its customer had asked for that, whatever came first, otherwise ``expired``.
    """
    if order.cancel_requested_at is not None:
        batch.move(order, Status.CANCELED, by)
        batch.tell(order, order_canceled(order, at=batch.now), by)
    else:
        batch.move(order, Status.EXPIRED, by)
        order.reject_code = RejectCode.TIMED_OUT.value
        batch.tell(order, order_expired(order, at=batch.now), by)
    batch.release(order)
