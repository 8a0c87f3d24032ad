"""A customer's open and closed positions, valued at the latest quote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from servicekit.home_currency import home_currency
from servicekit.money import to_text
from trading_service.positions.models import Position
from trading_service.positions.selectors.amounts import percent, sum_known, value_of
from trading_service.positions.selectors.position_rows import Flow, PositionRow, position_rows
from trading_service.reference.models import ListedInstrument
from trading_service.reference.selectors import price_true_at, quotes_confirmed_at


@dataclass
class Holding:
    """A position and its current value. Amounts in minor units; ``None``: no quote was received.

    ``cost_basis`` and ``realized_pnl``: by the method of the setting. ``previous_close``: the close of the
    market's day before; until a day of it has ended, the price at the end of the last day (UTC).
    ``market_value``: what all of it would be sold for at ``price``, the fee not counted. ``ever``,
    ``today``: what was bought and sold. ``close_before_splits``: the previous close of a unit as it was then,
    where the instrument was split since. ``weight``: its share of the market value of all positions in
    percent.
    """

    instrument: ListedInstrument
    quantity: int
    held_quantity: int
    cost_basis: int
    realized_pnl: int
    ever: Flow
    today: Flow
    closed_at: datetime | None
    price: Decimal | None
    price_at: datetime | None
    previous_close: Decimal
    close_before_splits: Decimal | None = None
    weight: Decimal | None = None
    market_value: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.market_value = value_of(self.price, self.quantity, self.instrument.currency)

    @property
    def average_cost(self) -> Decimal | None:
        """What one unit cost on average, fees included, in major units; exact to 8 digits."""
        if not self.quantity:
            return None
        cost = Decimal(to_text(self.cost_basis, self.instrument.currency))
        return (cost / self.quantity).quantize(Decimal("1e-8"))

    @cached_property
    def unrealized_pnl(self) -> int | None:
        """Market value less cost."""
        return None if self.market_value is None else self.market_value - self.cost_basis

    @cached_property
    def total_pnl(self) -> int | None:
        """Realized and unrealized together: what it is worth and what it brought, less what was paid."""
        return None if self.unrealized_pnl is None else self.realized_pnl + self.unrealized_pnl

    @property
    def return_percent(self) -> Decimal | None:
        """The same in percent of what was paid for all units ever bought."""
        return percent(self.total_pnl, self.ever.bought_cost)

    @cached_property
    def value_at_close(self) -> int:
        """What was held when the day began, at the previous close."""
        units = self.quantity - self.today.net_quantity
        close = self.close_before_splits or self.previous_close
        return value_of(close, units, self.instrument.currency) or 0

    @cached_property
    def day_change(self) -> int | None:
        """What the day has brought so far.

        The value now less the value at the previous close, less what was put in since: so units bought
        today count from their cost, and units sold today up to what they brought.
        """
        if self.market_value is None:
            return None
        return self.market_value - self.value_at_close - self.today.net_invested

    @cached_property
    def day_base(self) -> int:
        """What the day's change is a share of: the value at the previous close and what was bought since."""
        return self.value_at_close + self.today.bought_cost

    @property
    def day_change_percent(self) -> Decimal | None:
        """The day's change in percent of ``day_base``, to two digits."""
        return percent(self.day_change, self.day_base)


@dataclass(frozen=True)
class Portfolio:
    """A customer's positions and their sums, in minor units of ``currency``.

    ``holdings``: those asked for; the sums are over all, what was sold completely included. A sum is None
    while a price that it needs is unknown, except ``market_value`` and ``unrealized_pnl``, which then leave
    that position out.
    """

    currency: str
    cost_method: str
    holdings: list[Holding]
    every: list[Holding]

    @property
    def closed(self) -> list[Holding]:
        """What was sold completely."""
        return [holding for holding in self.every if not holding.quantity]

    @property
    def market_value(self) -> int:
        return sum(holding.market_value or 0 for holding in self.every)

    @property
    def cost(self) -> int:
        return sum(holding.cost_basis for holding in self.every)

    @property
    def unrealized_pnl(self) -> int:
        return sum(holding.unrealized_pnl or 0 for holding in self.every)

    @property
    def realized_pnl(self) -> int:
        return sum(holding.realized_pnl for holding in self.every)

    @property
    def bought_cost(self) -> int:
        return sum(holding.ever.bought_cost for holding in self.every)

    @property
    def sold_proceeds(self) -> int:
        return sum(holding.ever.sold_proceeds for holding in self.every)

    @property
    def total_pnl(self) -> int | None:
        return sum_known(holding.total_pnl for holding in self.every)

    @property
    def return_percent(self) -> Decimal | None:
        return percent(self.total_pnl, self.bought_cost)

    @property
    def day_change(self) -> int | None:
        return sum_known(holding.day_change for holding in self.every)

    @property
    def day_change_percent(self) -> Decimal | None:
        return percent(self.day_change, sum(holding.day_base for holding in self.every))


def position_available(*, user_id: UUID, instrument_id: UUID) -> int:
    """How many units the customer could still sell."""
    position = Position.objects.filter(user_id=user_id, instrument_id=instrument_id).first()
    return position.available_quantity if position else 0


def portfolio_get(*, user_id: UUID, closed: bool = False) -> Portfolio:
    """The customer's positions by ticker, valued, with the totals; one consistent read.

    Args:
        closed: those that were sold completely, instead of those that are held.
    """
    today = timezone.now().date()
    rows = position_rows(user_id=user_id, today=today, by_fifo=settings.COST_METHOD == "fifo")
    confirmed_at = quotes_confirmed_at() if rows else None
    every = [_holding(row, today, confirmed_at) for row in rows]
    whole = sum(holding.market_value or 0 for holding in every)
    for holding in every:
        holding.weight = percent(holding.market_value, whole)
    return Portfolio(
        currency=home_currency(),
        cost_method=settings.COST_METHOD,
        holdings=[holding for holding in every if (holding.quantity == 0) is closed],
        every=every,
    )


def _holding(row: PositionRow, today: date, confirmed_at: datetime | None) -> Holding:
    """A position, valued. Its day is the market's; until one has ended, UTC's."""
    instrument, ever, last_close, flow = row.instrument, row.ever, row.last_close, row.today
    if row.market_day is not None:
        last_close, flow = None, _since(row.before_day, ever)
    elif row.price_at and row.price_at.astimezone(UTC).date() < today:
        last_close = row.price  # it has not changed since
    before_splits = last_close if row.splits else None
    if last_close is not None:
        for old_units, new_units in row.splits:
            last_close = last_close * old_units / new_units
    cost = row.cost_basis
    if row.next_lot:
        cost = row.next_lot.cost_left(sold_quantity=ever.sold_quantity, bought_cost=ever.bought_cost)
    return Holding(
        instrument=instrument,
        quantity=row.quantity,
        held_quantity=row.held_quantity,
        cost_basis=cost,
        # the cash that came in is the same by any method
        realized_pnl=row.realized_pnl - row.cost_basis + cost,
        ever=ever,
        today=flow,
        closed_at=None if row.quantity else row.updated_at,
        price=row.price,
        price_at=price_true_at(row.price_at, status=instrument.status, confirmed_at=confirmed_at),
        previous_close=instrument.previous_close if last_close is None else last_close,
        close_before_splits=before_splits,
    )


def _since(before: Flow, ever: Flow) -> Flow:
    """What was bought and sold since the market's day began."""
    return Flow(*(now - then for now, then in zip(ever, before, strict=True)))
