"""Placing an order: the customer's wish becomes a row, and what it may cost is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.arrays import columns
from servicekit.contracts import trading
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.database import Statement, execute_deferred
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.money import EXACT, MAX_MINOR, Charge, order_charge, to_text
from servicekit.telemetry import current_request_id
from servicekit.terms import cap_price, on_step, plain
from trading_service.orders import errors
from trading_service.orders.models import OPEN, Order, OrderType, Side, Status, TimeInForce
from trading_service.orders.saga import CUSTOMER
from trading_service.orders.selectors import OrdersToday, order_terms
from trading_service.orders.services.announcements import order_rejected, order_submitted
from trading_service.positions.errors import InsufficientPosition
from trading_service.positions.selectors import position_available
from trading_service.positions.services import position_hold
from trading_service.reference.models import ListedInstrument

_FIELDS = list(Order._meta.concrete_fields)

# The order, its place in the day's count, the history of how it began, and the deadline of an open one: one
# trip to the server.
_INSERT = Statement(
    f"""
WITH placed AS (
    INSERT INTO orders_order ({", ".join(str(field.column) for field in _FIELDS)})
    VALUES ({", ".join(["%s"] * len(_FIELDS))})
    RETURNING id, request_id, created_at, user_id, status
), counted AS (
    INSERT INTO orders_dailyorders AS daily (user_id, day, placed, rejected)
    SELECT user_id, (statement_timestamp() AT TIME ZONE 'UTC')::date, 1, (status = 'rejected')::int
    FROM placed
    ON CONFLICT (user_id) DO UPDATE SET
        day = EXCLUDED.day,
        placed = CASE WHEN daily.day = EXCLUDED.day THEN daily.placed ELSE 0 END + 1,
        rejected = CASE WHEN daily.day = EXCLUDED.day THEN daily.rejected ELSE 0 END + EXCLUDED.rejected
), recorded AS (
    INSERT INTO orders_ordertransition
        (order_id, sequence, from_status, to_status, at, cause, request_id)
    SELECT id, sequence, from_status, to_status, created_at, %s::text, request_id
    FROM placed, unnest(%s::int[], %s::text[], %s::text[]) AS step (sequence, from_status, to_status)
)
INSERT INTO orders_orderdeadline (order_id, due_at, recalls)
SELECT id, statement_timestamp() + make_interval(secs => %s), 0 FROM placed WHERE %s
"""
)


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
    what is not owned, an instrument without any quote, a quote beyond the worst price) becomes an order
    that is ``rejected``.

    Args:
        user_id: whose order.
        client_order_id: the customer's own key for it, unique per customer.
        ticker: of a listed instrument, in any case.
        side: ``buy`` or ``sell``.
        quantity: units above 0, a whole number of lots, or all that the customer can sell.
        type: ``market``.
        time_in_force: ``day``, ``ioc`` or ``fok``, which are the same for an order that never rests.
        limit_price: None.
        worst_price: the most that a unit may cost in a buy, the least that it may bring in a sell; a
            multiple of the price step. The price protection holds beside it.

    Returns:
        The order, with its instrument.

    Raises:
        OrderTypeUnsupported, LimitPriceUnexpected, WorstPriceUnexpected, TimeInForceUnsupported,
        InstrumentUnknown, LotSizeInvalid, PriceStepInvalid, OrderValueTooLarge, OrderValueTooSmall:
        nothing was written.
        OrderQuotaExceeded: enough for today; nothing was written, not even the refusal. A sale of what the
            customer holds has some more.

    Emits:
        OrderPlaced, and for a sell OrderSubmitted; or OrderRejected.
    """
    _check_terms(type=type, time_in_force=time_in_force, limit_price=limit_price, worst_price=worst_price)
    instrument, quote, today = order_terms(ticker=ticker, user_id=user_id)
    at_quota = _check_quota(today, side=side)
    odd = bool(quantity % instrument.lot_size)
    if odd:
        _check_odd_lot(user_id=user_id, instrument=instrument, side=side, quantity=quantity)
    if worst_price is not None and not on_step(worst_price, instrument.price_step):
        step = instrument.price_text(instrument.price_step)
        raise errors.PriceStepInvalid(ticker=instrument.ticker, limit=step, value=worst_price)
    now = timezone.now()
    order = Order(
        user_id=user_id,
        client_order_id=client_order_id,
        instrument=instrument,
        side=side,
        type=type,
        time_in_force=time_in_force,
        quantity=quantity,
        worst_price=worst_price,
        currency=instrument.currency,
        fee_rate=settings.FEE_RATE,
        request_id=current_request_id(),
        created_at=now,
        updated_at=now,
    )
    if quote is None:
        return _reject(order, at_quota, code=RejectCode.QUOTE_STALE)
    order.cap_price = _cap_price(side=side, quote=quote, step=instrument.price_step, worst_price=worst_price)
    if worst_price is not None and (quote > worst_price if side == Side.BUY else quote < worst_price):
        bounds = instrument.price_text(worst_price), instrument.price_text(quote)
        return _reject(order, at_quota, code=RejectCode.PRICE_MOVED, limit=bounds[0], value=bounds[1])
    worst = _worst_charge(order)
    if side == Side.SELL:
        try:
            position_hold(user_id=user_id, instrument_id=instrument.id, quantity=quantity, all_of_it=odd)
        except InsufficientPosition as error:
            if odd:
                raise _odd_lot_invalid(instrument, quantity, error.params["limit"]) from None
            return _reject(order, at_quota, code=RejectCode(error.code), **error.params)
    else:
        order.hold_amount = worst.amount + worst.fee
    if side == Side.BUY:
        _insert(order, [Status.ACCEPTED])
        publish_many([Outgoing(_placed(order))])
    else:  # its units are held already: on to the venue at once
        _insert(order, [Status.ACCEPTED, Status.WORKING])
        submitted = order_submitted(order, ticker=instrument.ticker, at=now)
        publish_many([Outgoing(_placed(order)), Outgoing(submitted, order.version)])
    return order


def _check_quota(today: OrdersToday, *, side: str) -> errors.OrderQuotaExceeded | None:
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
    """What the contract names and the venue does not do yet is refused, never ignored."""
    if type != OrderType.MARKET and worst_price is not None:
        raise errors.WorstPriceUnexpected
    if type != OrderType.MARKET:
        raise errors.OrderTypeUnsupported(type=type)
    if limit_price is not None:
        raise errors.LimitPriceUnexpected(limit_price=limit_price)
    if time_in_force == TimeInForce.GTC:
        raise errors.TimeInForceUnsupported(time_in_force=time_in_force)


def _check_odd_lot(*, user_id: UUID, instrument: ListedInstrument, side: str, quantity: int) -> None:
    """Only a sale of all that is free may be off the lot; ``position_hold`` decides what is free."""
    if side == Side.BUY:
        raise errors.LotSizeInvalid(ticker=instrument.ticker, limit=instrument.lot_size, value=quantity)
    free = position_available(user_id=user_id, instrument_id=instrument.id)
    if quantity != free:
        raise _odd_lot_invalid(instrument, quantity, free)


def _odd_lot_invalid(instrument: ListedInstrument, quantity: int, free: int) -> errors.OddLotInvalid:
    return errors.OddLotInvalid(
        ticker=instrument.ticker, limit=instrument.lot_size, value=quantity, free=free
    )


def _cap_price(*, side: str, quote: Decimal, step: Decimal, worst_price: Decimal | None) -> Decimal:
    """What the order may execute at, at worst: the tighter of the protection and the customer's bound."""
    cap = cap_price(side=side, quote=quote, step=step, protection=settings.PRICE_PROTECTION)
    if worst_price is None:
        return cap
    return plain(min(cap, worst_price) if side == Side.BUY else max(cap, worst_price))


def _worst_charge(order: Order) -> Charge:
    """What the order comes to at its cap price: within what an account can hold, and worth its fee."""
    assert order.cap_price is not None
    assert order.fee_rate is not None
    currency = order.currency
    value = EXACT.multiply(order.cap_price, order.quantity)
    charge = order_charge(value, side=order.side, fee_rate=order.fee_rate, currency=currency)
    if charge.amount > MAX_MINOR:
        raise errors.OrderValueTooLarge(
            limit=to_text(MAX_MINOR, currency), value=to_text(charge.amount, currency), currency=currency
        )
    if charge.amount < 1 or (order.side == Side.SELL and charge.fee > charge.amount):
        raise errors.OrderValueTooSmall(limit=to_text(max(1, charge.fee), currency), currency=currency)
    return charge


def _placed(order: Order) -> trading.OrderPlaced:
    return trading.OrderPlaced(
        order_id=order.id,
        user_id=order.user_id,
        instrument_id=order.instrument_id,
        ticker=order.instrument.ticker,
        side=order.side,
        type=order.type,
        quantity=order.quantity,
        hold_amount=order.hold_amount,
        currency=order.currency,
        placed_at=order.created_at,
    )


def _reject(
    order: Order,
    at_quota: errors.OrderQuotaExceeded | None,
    *,
    code: RejectCode,
    limit: object = "",
    value: object = "",
) -> Order:
    """Write the order as one that never was accepted; at the quota it leaves nothing."""
    if at_quota:
        raise at_quota
    order.reject_code, order.reject_limit, order.reject_value = code.value, str(limit), str(value)
    _insert(order, [Status.REJECTED])
    publish_many([Outgoing(order_rejected(order, ticker=order.instrument.ticker, at=order.updated_at))])
    return order


def _insert(order: Order, states: Sequence[Status]) -> None:
    """Write the order in the last of the states it went through, each of which is a version."""
    order.status, order.version = states[-1], len(states)
    values = [getattr(order, field.attname) for field in _FIELDS]
    history = columns(
        (number, states[number - 2] if number > 1 else "", state)
        for number, state in enumerate(states, start=1)
    )
    execute_deferred(_INSERT, [*values, CUSTOMER, *history, settings.ORDER_DEADLINE, order.status in OPEN])
    order._state.adding = False
