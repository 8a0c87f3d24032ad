"""The value of the positions by day as the lines of an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
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
        lowest, highest: the bounds of the drawing, in money: round amounts around what is drawn.
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
    lowest, highest = _bounds(min(known), max(known))
    span = highest - lowest

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


def _bounds(least: Decimal, most: Decimal) -> tuple[Decimal, Decimal]:
    """The multiples of a round amount (1, 2 or 5, with zeros) that lie around all; never the same twice."""
    tenth = max((most - least) / 10, Decimal("0.01"))
    power = Decimal(10) ** tenth.adjusted()
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= tenth)
    lowest = (least / step).to_integral_value(ROUND_FLOOR) * step
    highest = (most / step).to_integral_value(ROUND_CEILING) * step
    return lowest, highest if highest > lowest else lowest + step


def _is_empty(day: dict[str, Any]) -> bool:
    """Whether nothing was held and nothing had been put in."""
    return (
        day["market_value"] is not None
        and not Decimal(day["market_value"])
        and not Decimal(day["net_invested"])
    )
