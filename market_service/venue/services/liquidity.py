"""The rule of the venue: an order is executed in full at the present quote, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import ceil
from uuid import UUID

from django.conf import settings

from market_service.instruments.models import InstrumentStatus
from market_service.instruments.services import LockedInstrument
from market_service.venue.models import RefuseCode, Side
from servicekit.contracts import trading
from servicekit.ids import new_id
from servicekit.money import price_text


@dataclass(frozen=True, slots=True)
class Execution:
    """What was executed: the fill's id, and the price in as many digits as the price step has."""

    fill_id: UUID
    ticker: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: the code, the bound, and what stood against it."""

    code: RefuseCode
    limit: str
    value: str


class Liquidity:
    """One instrument while a batch is executed: its quote, and what is left for the next order.

    Args:
        instrument: as it is locked.
        price: its latest quote.
        quote_age: how old that is.
    """

    __slots__ = ("available", "instrument", "price", "quote_age")

    def __init__(self, instrument: LockedInstrument, price: Decimal, quote_age: timedelta) -> None:
        self.instrument = instrument
        self.price = Decimal(price_text(price, instrument.price_step))
        self.quote_age = quote_age
        self.available = instrument.available_quantity

    @property
    def change(self) -> int:
        """Units that the orders so far put on offer; negative: that they took."""
        return self.available - self.instrument.available_quantity

    def execute(self, order: trading.OrderSubmitted) -> Execution | Refusal:
        """Execute an order, which changes what is left, or refuse it.

        Refused are, in this order: a halted instrument, a quote older than QUOTE_MAX_AGE, a price
        above the cap of a buy or below that of a sell, more than is on offer (a buy) or than was
        ever sold (a sell).
        """
        instrument, buying = self.instrument, order.side == Side.BUY
        if instrument.status != InstrumentStatus.OPEN:
            return not_open(instrument.status)
        if self.quote_age > settings.QUOTE_MAX_AGE:
            limit, value = settings.QUOTE_MAX_AGE.total_seconds(), self.quote_age.total_seconds()
            return Refusal(RefuseCode.QUOTE_STALE, f"{limit:.0f}", f"{ceil(value)}")
        if self.price > order.cap_price if buying else self.price < order.cap_price:
            limit_price = price_text(order.cap_price, instrument.price_step)
            return Refusal(RefuseCode.PRICE_MOVED, limit_price, str(self.price))
        most = self.available if buying else instrument.issued_quantity - self.available
        if order.quantity > most:
            return Refusal(RefuseCode.INSUFFICIENT_QUANTITY, str(most), str(order.quantity))
        self.available += -order.quantity if buying else order.quantity
        return Execution(new_id(), instrument.ticker, self.price)


def not_open(status: str) -> Refusal:
    """The refusal of an order for an instrument that is halted or not listed at all."""
    return Refusal(RefuseCode.INSTRUMENT_HALTED, InstrumentStatus.OPEN.value, status)
