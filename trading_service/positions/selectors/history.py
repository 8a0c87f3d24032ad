"""The value of a customer's positions at the end of each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils import timezone

from servicekit.home_currency import home_currency
from trading_service.positions.models import DailyFlow
from trading_service.positions.selectors.amounts import value_of
from trading_service.reference.selectors import Closes

#: The most days that are asked for at once: a leap year.
LONGEST_DAYS = 366


@dataclass(frozen=True)
class DayValue:
    """A customer's positions at the end of a day (UTC), or now for today. Amounts in minor units.

    Attributes:
        market_value: what all of them would have been sold for at the day's last prices, fees not counted;
            None when a price of what was held is unknown.
        net_invested: what was paid until then less what was received, fees included.
    """

    day: date
    market_value: int | None
    net_invested: int

    @property
    def total_pnl(self) -> int | None:
        """Realized and unrealized until then: what they were worth less what was put in."""
        return None if self.market_value is None else self.market_value - self.net_invested


@dataclass(frozen=True)
class History:
    """Values by day, the oldest first, in minor units of ``currency``."""

    currency: str
    days: list[DayValue]


def portfolio_history(*, user_id: UUID, since: date, until: date) -> History:
    """The value by day, every day from ``since`` to ``until``, of which none is after today.

    Computed from what was bought and sold by day and from the closing prices, so nothing need run at a
    day's end, and asking again gives the same. In four queries.
    """
    until = min(until, timezone.now().date())
    if since > until:
        return History(home_currency(), [])
    own = DailyFlow.objects.filter(position__user_id=user_id)
    before = _net(own.filter(day__lt=since).values("position__instrument_id"))
    within = _net(own.filter(day__range=(since, until)).values("position__instrument_id", "day"))
    closes = Closes({flow.instrument_id for flow in [*before, *within]}, since=since, until=until)
    held: Counter[UUID] = Counter({flow.instrument_id: flow.quantity for flow in before})
    invested = sum(flow.amount for flow in before)
    by_day: dict[date | None, list[_Net]] = {}
    for flow in within:
        by_day.setdefault(flow.day, []).append(flow)
    found = []
    for day in _days(since, until):
        for flow in by_day.get(day, []):
            held[flow.instrument_id] += flow.quantity
            invested += flow.amount
        values = [value_of(closes.price(id, day), units, home_currency()) for id, units in held.items()]
        known = [value for value in values if value is not None]
        found.append(DayValue(day, sum(known) if len(known) == len(values) else None, invested))
    return History(home_currency(), found)


class _Net(NamedTuple):
    """What was put into a position on a day, or until a day: units, and money in minor units."""

    instrument_id: UUID
    day: date | None
    quantity: int
    amount: int


def _net(grouped: QuerySet[DailyFlow, Any]) -> list[_Net]:
    rows = grouped.annotate(
        quantity=Sum("bought_quantity") - Sum("sold_quantity"),
        amount=Sum("bought_cost") - Sum("sold_proceeds"),
    )
    return [
        _Net(row["position__instrument_id"], row.get("day"), int(row["quantity"]), int(row["amount"]))
        for row in rows
    ]


def _days(since: date, until: date) -> Iterator[date]:
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)
