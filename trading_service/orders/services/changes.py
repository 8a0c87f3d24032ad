"""What all use-cases share: taking hold of an order, and moving it on with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.contracts import trading
from servicekit.messaging import publish
from servicekit.telemetry import current_request_id
from trading_service.orders.models import Order, OrderTransition, Side, Status
from trading_service.orders.saga import CUSTOMER, Step
from trading_service.positions.services import position_release


@dataclass(frozen=True)
class Cause:
    """Why a state changes: an event's type and id, or the customer."""

    type: str = CUSTOMER
    event_id: UUID | None = None


def order_claim(*, order_id: UUID, step: Step) -> Order | None:
    """Lock an order, with its instrument, for one step.

    Returns:
        The order, or None when it is in no state that the step leaves: the step came late or twice.

    Raises:
        Order.DoesNotExist: nobody placed it here.
    """
    order = order_lock(order_id=order_id)
    return order if order.status in step.leaves else None


def order_lock(*, order_id: UUID, **more: Any) -> Order:
    """Lock an order until the transaction ends, and read it, with its instrument, as it is then.

    Args:
        order_id: which order.
        more: further conditions, such as whose it is.

    Raises:
        Order.DoesNotExist: there is none.
    """
    orders = Order.objects.select_related("instrument").select_for_update(of=("self",))
    return orders.get(id=order_id, **more)


def order_move(*, order: Order, to: Status, cause: Cause, now: datetime, **changes: Any) -> None:
    """Move a locked order on: the new state, the next version, a row of history.

    Args:
        order: claimed by :func:`order_claim`.
        to: the state it enters.
        cause: for the history.
        now: when.
        changes: other fields and their new values.
    """
    from_status = order.status
    order_change(order=order, now=now, status=to, **changes)
    transition_record(order=order, from_status=from_status, cause=cause)


def order_change(*, order: Order, now: datetime, **changes: Any) -> None:
    """Write fields of a locked order and raise its version."""
    order.version += 1
    order.updated_at = now
    for name, value in changes.items():
        setattr(order, name, value)
    order.save(update_fields=["version", "updated_at", *changes])


def transition_record(*, order: Order, from_status: str, cause: Cause) -> None:
    """Write the row of history for the state an order is in now."""
    OrderTransition.objects.create(
        order=order,
        sequence=order.version,
        from_status=from_status,
        to_status=order.status,
        at=order.updated_at,
        cause=cause.type,
        event_id=cause.event_id,
        request_id=current_request_id(),
    )


def submission_publish(*, order: Order) -> None:
    """Send a working order to the venue. Emits OrderSubmitted."""
    assert order.cap_price is not None  # the database has it for every order that is not rejected
    publish(
        trading.OrderSubmitted(
            order_id=order.id,
            user_id=order.user_id,
            instrument_id=order.instrument_id,
            ticker=order.instrument.ticker,
            side=order.side,
            type=order.type,
            quantity=order.quantity,
            cap_price=order.cap_price,
            time_in_force=order.time_in_force,
            submitted_at=order.updated_at,
        ),
        sequence=order.version,
    )


def rejection_publish(*, order: Order) -> None:
    """Tell that an order is rejected. Emits OrderRejected."""
    publish(
        trading.OrderRejected(
            order_id=order.id,
            user_id=order.user_id,
            instrument_id=order.instrument_id,
            ticker=order.instrument.ticker,
            side=order.side,
            quantity=order.quantity,
            code=order.reject_code,
            limit=order.reject_limit,
            value=order.reject_value,
            rejected_at=order.updated_at,
        ),
        sequence=order.version,
    )


def units_release(*, order: Order) -> None:
    """Give back the units that a sell still holds; nothing for a buy, whose cash billing holds."""
    if order.side == Side.SELL:
        position_release(
            user_id=order.user_id, instrument_id=order.instrument_id, quantity=order.remaining_quantity
        )
