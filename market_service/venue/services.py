"""The venue's two use-cases: answering an order, and taking one back in time.

Each order gets one answer. The primary key of :class:`VenueOrder` decides between answers that race;
the loser's transaction, the quantity included, is undone to its savepoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from market_service.instruments import services as instruments
from market_service.instruments.models import Instrument, InstrumentStatus
from market_service.instruments.selectors import instrument_with_quote_age
from market_service.venue.models import RefuseCode, Side, VenueOrder, VenueOrderState
from servicekit.contracts import Event
from servicekit.contracts.market import OrderCanceled, OrderExecuted, OrderRefused
from servicekit.ids import new_id
from servicekit.messaging import publish
from servicekit.money import price_text


@dataclass(frozen=True)
class Refusal:
    """Why not: the code, the bound, and what stood against it."""

    code: RefuseCode
    limit: str
    value: str


@transaction.atomic(savepoint=False)
def order_answer(
    *,
    order_id: UUID,
    instrument_id: UUID,
    side: str,
    quantity: int,
    cap_price: Decimal,
    submitted_at: datetime,
) -> VenueOrder | None:
    """Execute an order in full at the present quote, or refuse it.

    Refused are, in this order: a halted (or unknown) instrument, a quote older than QUOTE_MAX_AGE, a
    price above the cap of a buy or below that of a sell, more than is on offer (a buy) or than was
    ever sold (a sell).

    Returns:
        The answer; None if the order was answered or canceled before, which changes nothing.

    Raises:
        ValueError: the order makes no sense; trading never sends such a one.

    Emits:
        ``OrderExecuted`` or ``OrderRefused``.
    """
    if side not in Side.values or quantity < 1 or not cap_price > 0:
        raise ValueError(f"not an order: {side} {quantity} at {cap_price}")
    found = instrument_with_quote_age(instrument_id)
    instrument, age = found or (None, timedelta())
    order = VenueOrder(
        order_id=order_id,
        instrument=instrument,
        side=side,
        quantity=quantity,
        cap_price=cap_price,
        submitted_at=submitted_at,
        answered_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            outcome = _execute(instrument, age, side, quantity, cap_price)
            event = (
                _refused(order, outcome)
                if isinstance(outcome, Refusal)
                else _executed(order, *outcome, quantity=quantity)
            )
            order.save(force_insert=True)
    except IntegrityError:
        if not _answered(order_id):
            raise  # some other constraint
        return None
    publish(event)  # the only event of its subject, so its sequence is 1
    return order


@transaction.atomic(savepoint=False)
def order_cancel(*, order_id: UUID) -> VenueOrder | None:
    """Take an order back before it arrives; when it arrives later it is ignored.

    Returns:
        The answer; None if the order was answered before: then that answer stands and nothing is said.

    Emits:
        ``OrderCanceled``.
    """
    order = VenueOrder(order_id=order_id, state=VenueOrderState.CANCELED, answered_at=timezone.now())
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        if not _answered(order_id):
            raise  # some other constraint
        return None
    publish(OrderCanceled(order_id=order_id, canceled_at=order.answered_at))
    return order


def _execute(
    instrument: Instrument | None, quote_age: timedelta, side: str, quantity: int, cap_price: Decimal
) -> tuple[Instrument, Decimal] | Refusal:
    """What was executed at which price, with the quantity moved; or why not, with nothing changed."""
    if instrument is None:
        return Refusal(RefuseCode.INSTRUMENT_HALTED, InstrumentStatus.OPEN.value, "not listed")
    if instrument.status != InstrumentStatus.OPEN:
        return _halted()
    price = instrument.quote.price
    if quote_age > settings.QUOTE_MAX_AGE:
        limit, value = settings.QUOTE_MAX_AGE.total_seconds(), quote_age.total_seconds()
        return Refusal(RefuseCode.QUOTE_STALE, f"{limit:.0f}", f"{ceil(value)}")
    if price > cap_price if side == Side.BUY else price < cap_price:
        step = instrument.price_step
        return Refusal(RefuseCode.PRICE_MOVED, price_text(cap_price, step), price_text(price, step))
    move = instruments.quantity_take if side == Side.BUY else instruments.quantity_return
    if move(instrument_id=instrument.id, quantity=quantity):
        return instrument, price
    instrument.refresh_from_db(fields=["status", "available_quantity", "issued_quantity"])
    if instrument.status != InstrumentStatus.OPEN:  # halted in this very moment
        return _halted()
    sold = instrument.issued_quantity - instrument.available_quantity
    most = instrument.available_quantity if side == Side.BUY else sold
    return Refusal(RefuseCode.INSUFFICIENT_QUANTITY, str(most), str(quantity))


def _halted() -> Refusal:
    return Refusal(RefuseCode.INSTRUMENT_HALTED, InstrumentStatus.OPEN.value, InstrumentStatus.HALTED.value)


def _answered(order_id: UUID) -> bool:
    return VenueOrder.objects.filter(order_id=order_id).exists()


def _refused(order: VenueOrder, refusal: Refusal) -> Event:
    order.state = VenueOrderState.REFUSED
    order.refuse_code, order.refuse_limit, order.refuse_value = refusal.code, refusal.limit, refusal.value
    return OrderRefused(
        order_id=order.order_id,
        code=refusal.code.value,
        limit=refusal.limit,
        value=refusal.value,
        refused_at=order.answered_at,
    )


def _executed(order: VenueOrder, instrument: Instrument, price: Decimal, *, quantity: int) -> Event:
    order.state = VenueOrderState.EXECUTED
    order.fill_id, order.price = new_id(), price
    return OrderExecuted(
        order_id=order.order_id,
        fill_id=order.fill_id,
        instrument_id=instrument.id,
        ticker=instrument.ticker,
        side=order.side,
        quantity=quantity,
        price=Decimal(price_text(price, instrument.price_step)),
        executed_at=order.answered_at,
    )
