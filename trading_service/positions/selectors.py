"""Reads of positions, valued at the quote last heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from servicekit.money import EXACT, EXPONENTS, HOME_CURRENCY, amount_minor, to_text
from trading_service.positions.models import Position
from trading_service.reference.models import ListedInstrument
from trading_service.reference.selectors import (
    instrument_price,
    instrument_price_at,
    quotes_confirmed_at,
)


@dataclass(frozen=True)
class Holding:
    """A position and what it is worth now. Amounts in minor units; ``None``: no quote was heard.

    ``market_value``: what all of it would be sold for at ``price``, the fee not counted.
    """

    instrument: ListedInstrument
    quantity: int
    held_quantity: int
    cost_basis: int
    realized_pnl: int
    price: Decimal | None
    price_at: datetime | None
    market_value: int | None

    @property
    def average_cost(self) -> Decimal:
        """What one unit cost on average, fees included, in major units; exact to 8 digits."""
        cost = Decimal(to_text(self.cost_basis, self.instrument.currency))
        return (cost / self.quantity).quantize(Decimal("1e-8"))

    @property
    def unrealized_pnl(self) -> int | None:
        """Market value less cost."""
        return None if self.market_value is None else self.market_value - self.cost_basis

    @property
    def previous_close(self) -> Decimal:
        """The instrument's price at its previous close, in major units."""
        return self.instrument.previous_close

    @property
    def value_at_close(self) -> Decimal:
        """What is held now, at the previous close; exact, in major units."""
        return EXACT.multiply(self.previous_close, self.quantity)

    @property
    def day_change(self) -> int | None:
        """How far the price of what is held now has moved since the previous close."""
        if self.price is None:
            return None
        moved = EXACT.multiply(self.price, self.quantity) - self.value_at_close
        return _nearest_minor(moved, self.instrument.currency)

    @property
    def day_change_percent(self) -> Decimal | None:
        """The same in percent of the previous close, to two digits."""
        return None if self.price is None else _percent(self.price - self.previous_close, self.previous_close)


@dataclass(frozen=True)
class Portfolio:
    """A customer's holdings and their sums, in minor units of ``currency``.

    ``realized_pnl`` includes what was sold completely and so is in no holding. ``day_change``: the sum of
    the holdings', None while one of their prices is unknown.
    """

    currency: str
    market_value: int
    cost: int
    unrealized_pnl: int
    realized_pnl: int
    holdings: list[Holding]

    @property
    def day_change(self) -> int | None:
        """How far the prices of what is held now have moved since the previous close."""
        changes = [holding.day_change for holding in self.holdings]
        return None if None in changes else sum(change for change in changes if change is not None)

    @property
    def day_change_percent(self) -> Decimal | None:
        """The same in percent of what is held now at the previous close; None while nothing is held."""
        moved, before = self.day_change, sum(holding.value_at_close for holding in self.holdings)
        return None if moved is None or not before else _percent(Decimal(to_text(moved)), before)


def position_available(*, user_id: UUID, instrument_id: UUID) -> int:
    """How many units the customer could still sell."""
    position = Position.objects.filter(user_id=user_id, instrument_id=instrument_id).first()
    return position.available_quantity if position else 0


def portfolio_get(*, user_id: UUID) -> Portfolio:
    """The customer's open positions by ticker, valued, with the totals; one consistent read."""
    positions = list(
        Position.objects.filter(user_id=user_id)
        .select_related("instrument__quote")
        .order_by("instrument__ticker")
    )
    confirmed_at = quotes_confirmed_at() if positions else None
    holdings = [_holding(position, confirmed_at) for position in positions if position.quantity]
    return Portfolio(
        currency=HOME_CURRENCY,
        market_value=sum(holding.market_value or 0 for holding in holdings),
        cost=sum(holding.cost_basis for holding in holdings),
        unrealized_pnl=sum(holding.unrealized_pnl or 0 for holding in holdings),
        realized_pnl=sum(position.realized_pnl for position in positions),
        holdings=holdings,
    )


def _nearest_minor(amount: Decimal, currency: str) -> int:
    """Minor units of a figure that is only shown, half away from zero."""
    return int(amount.scaleb(EXPONENTS[currency], EXACT).to_integral_value(ROUND_HALF_UP, EXACT))


def _percent(moved: Decimal, before: Decimal) -> Decimal:
    return (moved / before * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _holding(position: Position, confirmed_at: datetime | None) -> Holding:
    instrument = position.instrument
    price = instrument_price(instrument)
    return Holding(
        instrument=instrument,
        quantity=position.quantity,
        held_quantity=position.held_quantity,
        cost_basis=position.cost_basis,
        realized_pnl=position.realized_pnl,
        price=price,
        price_at=instrument_price_at(instrument, confirmed_at),
        market_value=(
            None
            if price is None
            else amount_minor(EXACT.multiply(price, position.quantity), "sell", instrument.currency)
        ),
    )
