"""Orders whose rest the venue canceled, or that expired in its book."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from servicekit.contracts import market
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.messaging.consume import Received
from servicekit.telemetry import HasOrigin
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Status
from trading_service.orders.saga import Step
from trading_service.orders.services.announcements import order_canceled, order_expired
from trading_service.orders.services.batch import Batch, LockedOrder, claimed, orders_lock
from trading_service.orders.services.orders_replace import Replacement, orders_replace, replacements

Ended = Received[market.OrderCanceled] | Received[market.OrderCanceledV2] | Received[market.OrderExpired]


def orders_cancel(*, messages: Sequence[Ended], step: Step) -> None:
    """End open orders; final ones stay as they are. One that is to be replaced gets its successor.

    Args:
        messages: all of one type.
        step: ``saga.CANCELED``, ``saga.DAY_ENDED``, or ``saga.CANCELED_WHOLE`` for those of the version
        before.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.
        ExecutionConflict: the venue executed more of an order, or less, than is booked; nothing was changed.

    Emits:
        OrderCanceledV2 or OrderExpired, and for successors OrderPlacedV2, OrderSubmittedV2, OrderRejected.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    wanted = replacements(orders.values())
    batch, canceled = Batch(step.cause), []
    for order, message in claimed(messages, orders, step):
        event = message.event
        if not isinstance(event, market.OrderCanceled) and event.executed != order.filled_quantity:
            raise ExecutionConflict(
                f"order {order.id} is filled to {order.filled_quantity}, "
                f"but ended at the venue with {event.executed} executed"
            )
        if isinstance(event, market.OrderExpired):
            _expire(batch, order, message, RejectCode.DAY_ENDED)
        elif isinstance(event, market.OrderCanceledV2) and event.reason:
            order.reject_code, order.reject_value = event.reason, event.detail
            _cancel(batch, order, message)
        else:
            order_end(batch, order, message, replacement=wanted.get(order.id))
            if order.status == Status.CANCELED:
                canceled.append((order, message))
    batch.write("reject_code", "reject_value")
    orders_replace(canceled, wanted)


def order_end(
    batch: Batch, order: LockedOrder, by: HasOrigin, *, replacement: Replacement | None = None
) -> None:
    """End an order that will not be executed any more, and release a sell's units.

    It is ``canceled`` when its customer had asked for that, whatever came first, otherwise ``expired``:
    because its time was over if it rested until then, else because a service did not answer in time.

    Args:
        replacement: what its customer wants in its place.
    """
    if order.cancel_requested_at is not None:
        _cancel(batch, order, by, replaced_by=replacement.new_order_id if replacement else None)
        return
    over = order.rested_at and order.expires_at and order.expires_at <= batch.now
    _expire(batch, order, by, RejectCode.DAY_ENDED if over else RejectCode.TIMED_OUT)


def _cancel(batch: Batch, order: LockedOrder, by: HasOrigin, *, replaced_by: UUID | None = None) -> None:
    batch.release(order)
    batch.move(order, Status.CANCELED, by)
    batch.publish(order, order_canceled(order, at=batch.now, replaced_by=replaced_by), by)


def _expire(batch: Batch, order: LockedOrder, by: HasOrigin, code: RejectCode) -> None:
    batch.release(order)
    batch.move(order, Status.EXPIRED, by)
    order.reject_code = code.value
    batch.publish(order, order_expired(order, at=batch.now), by)
