"""Requesting a replacement: the cancel is requested, and the new order's terms are stored."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.messaging.publish import publish
from servicekit.telemetry import current_request_id
from trading_service.orders import errors, saga
from trading_service.orders.models import Order, OrderReplacement, OrderType, Status
from trading_service.orders.selectors import order_terms
from trading_service.orders.services.changes import orders_changed
from trading_service.orders.services.order_place import check_quota
from trading_service.orders.services.order_take import (
    Rejected,
    check_limit,
    check_step,
    order_new,
    worst_charge_of,
)
from trading_service.reference.models import ListedInstrument


@transaction.atomic(savepoint=False)
def order_replace_request(
    *,
    user_id: UUID,
    order_id: UUID,
    client_order_id: str,
    quantity: int | None = None,
    limit_price: Decimal | None = None,
) -> Order:
    """Ask the venue to cancel an order, and store what shall take its place (:func:`orders_replace`).

    Args:
        client_order_id: the key of the new order.
        quantity: how much shall be filled in all, what is filled already included; None: as before.
        limit_price: of the new order; None: as before.

    Returns:
        The order with its instrument and replacement, in the state it had.

    Raises:
        OrderNotFound: no such order of this customer.
        OrderNotReplaceable, OrderBeingCanceled, MarketOrderNotReplaceable: not this one, or not any more.
        HaltedNotReplaceable: not now.
        ReplacementUnchanged, QuantityFilled, LotSizeInvalid, LimitPriceStepInvalid, LimitTooFar,
        OrderValueTooLarge, OrderValueTooSmall: not by such a one.
        OrderQuotaExceeded: enough orders for today.
        Of all of them nothing was written.

    Emits:
        OrderCancelRequested.
    """
    orders = Order.objects.select_related("instrument").select_for_update(of=("self",), no_key=True)
    try:
        order = orders.get(id=order_id, user_id=user_id)
    except Order.DoesNotExist:
        raise errors.OrderNotFound() from None
    _check_replaceable(order)
    in_all = order.quantity if quantity is None else quantity
    price = order.limit_price if limit_price is None else limit_price
    assert price is not None  # of a limit order
    if (in_all, price) == (order.quantity, order.limit_price):
        raise errors.ReplacementUnchanged()
    instrument, quote, today = order_terms(ticker=order.instrument.ticker, user_id=user_id)
    at_quota = check_quota(today, side=order.side)
    if at_quota is not None:
        raise at_quota
    _check_terms(order, instrument, in_all=in_all, price=price, quote=quote)
    now = timezone.now()
    order.cancel_requested_at = order.updated_at = now
    order.version += 1
    order.save(update_fields=["version", "updated_at", "cancel_requested_at"])
    order.replacement = OrderReplacement.objects.create(
        order=order,
        quantity=in_all,
        limit_price=price,
        client_order_id=client_order_id,
        request_id=current_request_id(),
        requested_at=now,
    )
    publish(
        trading.OrderCancelRequested(order_id=order.id, user_id=order.user_id, requested_at=now),
        sequence=order.version,
    )
    orders_changed([order])
    return order


def _check_replaceable(order: Order) -> None:
    if order.status not in saga.CANCEL_REQUESTED.leaves:
        raise errors.OrderNotReplaceable(status=Status(order.status).label)
    if order.type != OrderType.LIMIT:
        raise errors.MarketOrderNotReplaceable()
    if order.cancel_requested_at is not None:
        raise errors.OrderBeingCanceled()


def _check_terms(
    order: Order, instrument: ListedInstrument, *, in_all: int, price: Decimal, quote: Decimal | None
) -> None:
    """Refuse what could only become an order that is rejected, as things are now."""
    if instrument.status == ListedInstrument.Status.HALTED:
        raise errors.HaltedNotReplaceable()
    if in_all <= order.filled_quantity:
        raise errors.QuantityFilled(limit=order.filled_quantity, value=in_all)
    if in_all != order.quantity and in_all % instrument.lot_size:
        raise errors.LotSizeInvalid(ticker=instrument.ticker, limit=instrument.lot_size, value=in_all)
    check_step(price, instrument, field="limit_price")
    if quote is not None:
        try:
            check_limit(price, quote=quote, instrument=instrument)
        except Rejected as rejected:
            raise errors.LimitTooFar(
                limit=rejected.limit, value=rejected.value, currency=instrument.currency
            ) from None
    new = order_new(
        user_id=order.user_id,
        client_order_id="",
        instrument=instrument,
        side=order.side,
        type=order.type,
        time_in_force=order.time_in_force,
        quantity=in_all - order.filled_quantity,
        limit_price=price,
    )
    new.cap_price = price
    worst_charge_of(new)
