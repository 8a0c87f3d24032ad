"""A customer's open and closed positions, valued at the latest quote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from servicekit.home_currency import home_currency
from servicekit.money import to_text
from trading_service.positions.models import Lot, Position
from trading_service.positions.selectors.amounts import percent, sum_known, value_of
from trading_service.reference.models import ListedInstrument, MarketDay
from trading_service.reference.selectors import (
    instrument_price,
    instrument_price_at,
    last_close_before,
    quoted_on,
    quotes_confirmed_at,
)
from trading_service.splits.models import Split

#: The columns of :class:`DailyFlow` as the query of positions calls them.
_TODAY = ("bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds")


@dataclass(frozen=True)
class Flow:
    """What was bought and sold in a period; money in minor units, fees included."""

    bought_quantity: int = 0
    bought_cost: int = 0
    sold_quantity: int = 0
    sold_proceeds: int = 0

    @property
    def net_quantity(self) -> int:
        """Units bought less units sold."""
        return self.bought_quantity - self.sold_quantity

    @property
    def net_invested(self) -> int:
        """What was paid less what was received."""
        return self.bought_cost - self.sold_proceeds


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
    by_fifo = settings.COST_METHOD == "fifo"
    positions = list(_positions(user_id, today, by_fifo=by_fifo))
    confirmed_at = quotes_confirmed_at() if positions else None
    every = [_holding(position, today, confirmed_at) for position in positions]
    whole = sum(holding.market_value or 0 for holding in every)
    for holding in every:
        holding.weight = percent(holding.market_value, whole)
    return Portfolio(
        currency=home_currency(),
        cost_method=settings.COST_METHOD,
        holdings=[holding for holding in every if (holding.quantity == 0) is closed],
        every=every,
    )


def _positions(user_id: UUID, today: date, *, by_fifo: bool) -> Any:
    """The customer's positions that ever had a unit, each with its flow of today, its instrument's last close
    and, by FIFO, the lot that its next unit is sold from: one statement, so it sees one moment."""
    found = (
        Position.objects.filter(user_id=user_id, bought_quantity__gt=0)
        .select_related("instrument__quote", "opening")
        .annotate(
            flow=FilteredRelation("flows", condition=Q(flows__day=today)),
            last_close=last_close_before(today, instrument="instrument_id"),
            market_day=Subquery(MarketDay.objects.values("number")[:1]),
            split_today=ArraySubquery(_splits_of(today)),
            **{f"today_{name}": Coalesce(F(f"flow__{name}"), 0) for name in _TODAY},
        )
        .order_by("instrument__ticker")
    )
    if not by_fifo:
        return found
    sold = OuterRef("bought_quantity") - OuterRef("quantity")
    lots = Lot.objects.filter(position=OuterRef("pk"), bought_before__lte=sold).order_by("-bought_before")
    columns = JSONObject(**{name: name for name in ("quantity", "cost", "bought_before", "cost_before")})
    return found.annotate(next_lot=Subquery(lots.values(columns=columns)[:1]))


def _splits_of(day: date) -> Any:
    """The ratios of an instrument's splits of a day, as part of a query of positions."""
    splits = Split.objects.filter(
        instrument_id=OuterRef("instrument_id"), recorded_at__date=day, applied_at__isnull=False
    )
    return splits.values(ratio=JSONObject(old="old_units", new="new_units"))


def _since(position: Any) -> Flow:
    """What was bought and sold since the market's day began."""
    before: Flow = getattr(position, "opening", None) or Flow()
    return Flow(*(getattr(position, name) - getattr(before, name) for name in _TODAY))


def _holding(position: Any, today: date, confirmed_at: datetime | None) -> Holding:
    """A position of :func:`_positions`, valued. Its day is the market's; until one has ended, UTC's."""
    instrument: ListedInstrument = position.instrument
    price, last_close = instrument_price(instrument), position.last_close
    flow = Flow(*(getattr(position, f"today_{name}") for name in _TODAY))
    if position.market_day is not None:
        last_close, flow = None, _since(position)
    elif (quoted := quoted_on(instrument)) and quoted < today:
        last_close = price  # it has not changed since
    before_splits = last_close if position.split_today else None
    if last_close is not None:
        for ratio in position.split_today:
            last_close = last_close * ratio["old"] / ratio["new"]
    cost = position.cost_basis
    if next_lot := getattr(position, "next_lot", None):
        cost = Lot(**next_lot).cost_left(
            sold_quantity=position.sold_quantity, bought_cost=position.bought_cost
        )
    return Holding(
        instrument=instrument,
        quantity=position.quantity,
        held_quantity=position.held_quantity,
        cost_basis=cost,
        # the cash that came in is the same by any method
        realized_pnl=position.realized_pnl - position.cost_basis + cost,
        ever=Flow(
            position.bought_quantity, position.bought_cost, position.sold_quantity, position.sold_proceeds
        ),
        today=flow,
        closed_at=None if position.quantity else position.updated_at,
        price=price,
        price_at=instrument_price_at(instrument, confirmed_at),
        previous_close=instrument.previous_close if last_close is None else last_close,
        close_before_splits=before_splits,
    )
