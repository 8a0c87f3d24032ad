"""The value of the positions by day as the lines of an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: The drawing's own units; the page scales it.
WIDTH, HEIGHT = 600, 160


@dataclass(frozen=True)
class Chart:
    """Two lines over the same days, and what there is to say of them.

    Attributes:
        values: where the line of the market value goes, one list of points for each stretch of days whose
            value is known: ``0,10 20,15``.
        invested: the same of what was put in.
        rows: the days that are drawn, the oldest first, as the API gives them.
        lowest, highest: the bounds of the drawing, in money.
    """

    values: list[str]
    invested: str
    rows: list[dict[str, Any]]
    lowest: Decimal
    highest: Decimal

    @property
    def latest_first(self) -> list[dict[str, Any]]:
        """The days for the table."""
        return self.rows[::-1]


def chart_of(days: list[dict[str, Any]]) -> Chart | None:
    """The chart of the days from the first with anything in it; None when there are no two of them."""
    begun = next((number for number, day in enumerate(days) if not _is_empty(day)), len(days))
    rows = days[max(0, begun - 1) :]
    if begun == len(days) or len(rows) < 2:
        return None
    values = [None if day["market_value"] is None else Decimal(day["market_value"]) for day in rows]
    invested = [Decimal(day["net_invested"]) for day in rows]
    known = [*(value for value in values if value is not None), *invested]
    lowest, highest = min(known), max(known)
    span = highest - lowest or Decimal(1)

    def point(number: int, amount: Decimal) -> str:
        across = Decimal(WIDTH * number) / (len(rows) - 1)
        down = HEIGHT - HEIGHT * (amount - lowest) / span
        return f"{across:.1f},{down:.1f}"

    stretches: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(point(number, value))
    return Chart(
        values=[" ".join(stretch) for stretch in stretches if stretch],
        invested=" ".join(point(number, amount) for number, amount in enumerate(invested)),
        rows=rows,
        lowest=lowest,
        highest=highest,
    )


def _is_empty(day: dict[str, Any]) -> bool:
    """Whether nothing was held and nothing had been put in."""
    return (
        day["market_value"] is not None
        and not Decimal(day["market_value"])
        and not Decimal(day["net_invested"])
    )
