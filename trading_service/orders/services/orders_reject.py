"""Rejecting orders: billing declined the hold, or the venue refused to execute."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import billing, market
from servicekit.messaging import Received
from servicekit.money import to_text
from trading_service.orders.models import Status
from trading_service.orders.saga import Step
from trading_service.orders.services.announcements import order_rejected
from trading_service.orders.services.batch import Batch, claimed, orders_lock


def orders_reject(
    *,
    messages: Sequence[Received[billing.HoldDeclined]] | Sequence[Received[market.OrderRefused]],
    step: Step,
) -> None:
    """End orders as ``rejected``, with the reason, and give sells their units back.

    Args:
        messages: all of one type.
        step: ``saga.HOLD_DECLINED`` or ``saga.REFUSED``: from which states; in another nothing happens.

    Raises:
        Order.DoesNotExist: an order was not placed here; nothing was changed.

    Emits:
        OrderRejected.
    """
    orders = orders_lock(message.event.order_id for message in messages)
    batch = Batch(step.cause)
    for order, message in claimed(messages, orders, step):
        batch.move(order, Status.REJECTED, message)
        order.reject_code, order.reject_limit, order.reject_value = _reason(message.event)
        batch.release(order)
        batch.tell(order, order_rejected(order, ticker=order.ticker, at=batch.now), message)
    batch.write("reject_code", "reject_limit", "reject_value")


def _reason(event: billing.HoldDeclined | market.OrderRefused) -> tuple[str, str, str]:
    """The code of the public contract, the bound and what stood against it, as text for a person."""
    if isinstance(event, billing.HoldDeclined):
        return event.code, to_text(event.available, event.currency), to_text(event.required, event.currency)
    return event.code, event.limit, event.value
