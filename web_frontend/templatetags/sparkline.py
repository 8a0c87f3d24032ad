"""A row's small picture of the day: how the price has moved around the previous close."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template

register = template.Library()

#: What is drawn in, in the units of the SVG; the line is kept so far from the edges.
WIDTH, HEIGHT, EDGE = 96, 28, 2
#: The least that the height stands for, as a share of the previous close, above and below it: a day that
#: hardly moved looks so.
LEAST = 0.01


class Sparkline(NamedTuple):
    """A line from the day's first price to the latest one.

    Attributes:
        points: as an SVG's polyline has them.
        close: how far down the previous close lies.
        kind: ``gain``, ``loss`` or ``flat``.
    """

    points: str
    close: str
    kind: str


@register.simple_tag
def sparkline(instrument: dict[str, Any]) -> Sparkline | None:
    """The day of an instrument, from the previous close on while no hour is over; None without a price.

    Args:
        instrument: with its ``hours``: ``[hour, open, high, low, close]`` each, the earliest first. Which of
            high and low came first is not known: in an hour that rose the low is drawn first.
    """
    hours = instrument["hours"]
    if not instrument.get("price") or not instrument.get("previous_close"):
        return None
    last, close = float(instrument["price"]), float(instrument["previous_close"])
    begins, ends = (hours[0][0], hours[-1][0] + 1) if hours else (0, 1)
    prices: list[tuple[float, float]] = [] if hours else [(begins, close)]
    for hour, *bar in hours:
        first, high, low, end = map(float, bar)
        extremes = (low, high) if end >= first else (high, low)
        prices += [(hour + part / 4, price) for part, price in enumerate((first, *extremes, end))]
    prices.append((ends, last))
    drawn = [close * (1 - LEAST), close * (1 + LEAST), *(price for _, price in prices)]
    lowest, highest = min(drawn), max(drawn)
    across = (WIDTH - 2 * EDGE) / (ends - begins)
    down = (HEIGHT - 2 * EDGE) / (highest - lowest)

    def at(price: float) -> str:
        return f"{EDGE + (highest - price) * down:.1f}"

    points = " ".join(f"{EDGE + (hour - begins) * across:.1f},{at(price)}" for hour, price in prices)
    return Sparkline(points, at(close), "gain" if last > close else "loss" if last < close else "flat")
