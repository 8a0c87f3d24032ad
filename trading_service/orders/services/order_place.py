"""Placing an order: validation and terms."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from servicekit.contracts.reject_reasons import RejectCode
from trading_service.orders import errors
from trading_service.orders.models import Order, OrderType, Side, TimeInForce
from trading_service.orders.selectors import OrdersToday, open_orders, order_terms
from trading_service.orders.services.order_take import (
    Rejected,
    check_step,
    odd_lot_invalid,
    order_new,
    order_reject,
    order_take,
)
from trading_service.positions.selectors import position_available
from trading_service.reference.models import ListedInstrument


@transaction.atomic(savepoint=False)
def order_place(
    *,
    user_id: UUID,
    client_order_id: str,
    ticker: str,
    side: str,
    quantity: int,
    type: str = OrderType.MARKET,
    time_in_force: str = TimeInForce.DAY,
    limit_price: Decimal | None = None,
    worst_price: Decimal | None = None,
) -> Order:
    """Take an order.

    A buy is ``accepted`` and asks billing to hold its worst cost. A sell holds its units in this
    transaction and is ``working`` at once. What can be known to be impossible already (a sell of
    what is not owned, an instrument without any quote, a quote beyond the worst price, a limit far from the
    quote, too many orders that rest) becomes an order that is ``rejected``.

    Args:
        user_id: whose order.
        client_order_id: the customer's own key for it, unique per customer.
        ticker: of a listed instrument, in any case.
        side: ``buy`` or ``sell``.
        quantity: units above 0, a whole number of lots, or all that the customer can sell.
        type: ``market`` or ``limit``.
        time_in_force: how long what is not filled at once may rest: ``day``, until the end of the market's
            day; ``gtc``, 90 days; ``ioc``, not at all; ``fok``, and all of it is filled at once or nothing.
            A market order never rests, so ``day`` is the same as ``ioc``.
        limit_price: the most that a unit may cost in a buy, the least that it may bring in a sell; of a
            limit order, a multiple of the price step.
        worst_price: the same of a market order. The price protection holds beside it.

    Returns:
        The order, with its instrument.

    Raises:
        LimitPriceMissing, LimitPriceUnexpected, WorstPriceUnexpected, TimeInForceUnsupported,
        InstrumentUnknown, LotSizeInvalid, PriceStepInvalid, OrderValueTooLarge, OrderValueTooSmall:
        nothing was written.
        OrderQuotaExceeded: enough for today; nothing was written, not even the refusal. A sale of what the
            customer holds has some more.

    Emits:
        OrderPlacedV2, and for a sell OrderSubmittedV2; or OrderRejected.
    """
    _check_terms(type=type, time_in_force=time_in_force, limit_price=limit_price, worst_price=worst_price)
    instrument, quote, today = order_terms(ticker=ticker, user_id=user_id)
    at_quota = check_quota(today, side=side)
    odd = bool(quantity % instrument.lot_size)
    if odd:
        _check_odd_lot(user_id=user_id, instrument=instrument, side=side, quantity=quantity)
    check_step(worst_price, instrument, field="worst_price")
    check_step(limit_price, instrument, field="limit_price")
    order = order_new(
        user_id=user_id,
        client_order_id=client_order_id,
        instrument=instrument,
        side=side,
        type=type,
        time_in_force=time_in_force,
        quantity=quantity,
        limit_price=limit_price,
        worst_price=worst_price,
    )
    try:
        if order.expires_at is not None:
            _check_open_orders(order)
        order_take(order, quote=quote, all_of_it=odd)
    except Rejected as rejected:
        if at_quota:  # then it leaves nothing
            raise at_quota from None
        order_reject(order, rejected)
    return order


def check_quota(today: OrdersToday, *, side: str) -> errors.OrderQuotaExceeded | None:
    """Refuse a buy beyond the quota; a sale of what the customer holds may go beyond it by a tenth.

    Orders of one customer that come at once are counted when they are written: as many more as a service
    has threads may slip through.

    Returns:
        What a sale beyond the quota is refused with, should it be one that is rejected; None below it.
    """
    at_quota = None
    for count, quota, refusal in (
        (today.placed, settings.ORDERS_A_DAY, errors.OrderQuotaExceeded),
        (today.rejected, settings.REJECTED_ORDERS_A_DAY, errors.RejectedOrderQuotaExceeded),
    ):
        sales_beyond = max(1, quota // 10)
        if count >= quota + sales_beyond:
            raise errors.SaleQuotaExceeded(limit=sales_beyond)
        if count >= quota:
            at_quota = refusal(limit=quota)
    if at_quota and side == Side.BUY:
        raise at_quota
    return at_quota


def _check_terms(
    *, type: str, time_in_force: str, limit_price: Decimal | None, worst_price: Decimal | None
) -> None:
    """What does not go together is refused, never ignored."""
    if type == OrderType.LIMIT:
        if worst_price is not None:
            raise errors.WorstPriceUnexpected
        if limit_price is None:
            raise errors.LimitPriceMissing
    elif limit_price is not None:
        raise errors.LimitPriceUnexpected(limit_price=limit_price)
    elif time_in_force == TimeInForce.GTC:
        raise errors.TimeInForceUnsupported(time_in_force=time_in_force)


def _check_open_orders(order: Order) -> None:
    """Only so many orders of a customer may rest; of some that come at once, more may slip through."""
    count = open_orders(user_id=order.user_id, instrument_id=order.instrument_id)
    for have, limit in (
        (count.of_instrument, settings.OPEN_ORDERS_OF_INSTRUMENT),
        (count.in_all, settings.OPEN_ORDERS),
    ):
        if have >= limit:
            raise Rejected(RejectCode.TOO_MANY_ORDERS, limit, have + 1)


def _check_odd_lot(*, user_id: UUID, instrument: ListedInstrument, side: str, quantity: int) -> None:
    """Only a sale of all that is free may be off the lot; ``position_hold`` decides what is free."""
    if side == Side.BUY:
        raise errors.LotSizeInvalid(ticker=instrument.ticker, limit=instrument.lot_size, value=quantity)
    free = position_available(user_id=user_id, instrument_id=instrument.id)
    if quantity != free:
        raise odd_lot_invalid(instrument, quantity, free)
