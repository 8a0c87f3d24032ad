"""Replacements: which orders get another in their place, and placing it once the venue has canceled them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from servicekit.database.bulk import Read, Update
from servicekit.errors import DomainError
from servicekit.telemetry import HasOrigin
from trading_service.orders.models import OrderReplacement
from trading_service.orders.selectors import order_terms
from trading_service.orders.services.batch import LockedOrder
from trading_service.orders.services.order_take import Rejected, order_new, order_reject, order_take


class Replacement(NamedTuple):
    """A row of :class:`OrderReplacement`."""

    order_id: UUID
    new_order_id: UUID
    quantity: int
    limit_price: Decimal
    client_order_id: str
    request_id: str


class _Placed(NamedTuple):
    """The columns written when the new order has been placed."""

    order_id: UUID
    placed: bool = True


_READ = Read(OrderReplacement, Replacement, key="order_id")
_PLACED = Update(OrderReplacement, _Placed, key="order_id")


def replacements(orders: Iterable[LockedOrder]) -> dict[UUID, Replacement]:
    """What is to take the place of which of these orders: of those that are not filled so far by then."""
    asked = {order.id: order for order in orders if order.cancel_requested_at is not None}
    return {row.order_id: row for row in _READ(asked) if row.quantity > asked[row.order_id].filled_quantity}


def orders_replace(
    canceled: Sequence[tuple[LockedOrder, HasOrigin]], wanted: Mapping[UUID, Replacement]
) -> None:
    """Place the successors of canceled orders, each with the event that canceled it.

    Args:
        wanted: of :func:`replacements`.

    A new order is for what the old one has left unfilled, at the end of the queue; it is rejected where a
    new order of the customer would be. An order that is filled to the wanted quantity meanwhile has no
    successor.

    Emits:
        OrderPlacedV2, and for a sell OrderSubmittedV2; or OrderRejected.
    """
    found = ((old, wanted.get(old.id), by) for old, by in canceled)
    placed = [_Placed(old.id) for old, new, by in found if new is not None and _place(old, new, by)]
    if placed:
        _PLACED.defer(placed)


def _place(old: LockedOrder, replacement: Replacement, by: HasOrigin) -> bool:
    """Place one. Returns whether there is an order now; what is left may be worth too little for one."""
    instrument, quote, _ = order_terms(ticker=old.ticker, user_id=old.user_id)
    order = order_new(
        order_id=replacement.new_order_id,
        user_id=old.user_id,
        client_order_id=replacement.client_order_id,
        instrument=instrument,
        side=old.side,
        type=old.type,
        time_in_force=old.time_in_force,
        quantity=replacement.quantity - old.filled_quantity,
        limit_price=replacement.limit_price,
        request_id=replacement.request_id,
    )
    try:
        order_take(order, quote=quote, by=by)
    except Rejected as rejected:
        order_reject(order, rejected, by=by)
    except DomainError:
        return False
    return True
