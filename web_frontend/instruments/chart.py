"""The price chart of an instrument: its ranges, what is drawn, and the table of the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from web_frontend.gateway_client import Gateway
from web_frontend.labels import LABELS
from web_frontend.market_clock.clock import MarketClock

Candle = dict[str, Any]


class Range(NamedTuple):
    """What a range asks for: candles of an interval, so many at most, of so many days before the last.

    Ranges end with the last candle and not now: a market may stand still, or show a day of long ago.
    """

    interval: str
    limit: int
    days: int | None


RANGES = {
    "1d": Range("5m", 288, 1),
    "1w": Range("1h", 168, 7),
    "1m": Range("1d", 31, 31),
    "1y": Range("1d", 366, 366),
    "5y": Range("1d", 1827, 1827),
    "all": Range("1d", 10_000, None),
}
USUAL, WIDEST = "1y", "all"
STYLES = ("candles", "line")
#: A table of more rows is summed up: days by month, what is shorter by hour or day.
MAX_ROWS = 100
#: More days are drawn as weeks: each would be narrower than two pixels.
MAX_DAYS = 400
#: Between days or weeks so many days apart there are no prices, which the drawing and its note say.
GAP_DAYS = 31
#: What candles are summed up by → how much of a moment's text tells one from the next.
PERIODS = {"month": 7, "day": 10, "hour": 13, "5 minutes": 16}
_COARSER = {"5m": ("5 minutes", "hour"), "1h": ("hour", "day"), "1d": ("day", "month")}
_INTERVALS = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
#: Seconds for which the open candle of a market that is paused stays open: as long as a page does.
PAUSED_S = 1e6


class Choice(NamedTuple):
    """What the address says of the chart; ``range`` is "" where it says nothing."""

    range: str
    style: str

    @classmethod
    def of(cls, data: Mapping[str, str]) -> Choice:
        wanted, style = data.get("range", ""), data.get("chart", "")
        return cls(wanted if wanted in RANGES else "", style if style in STYLES else STYLES[0])


@dataclass(frozen=True)
class Chart:
    """The candles of a range, the oldest first.

    Attributes:
        range: a key of :data:`RANGES`.
        style: of :data:`STYLES`.
        open_s: for how many seconds the last candle stays open; None when it is over.
    """

    range: str
    style: str
    candles: list[Candle]
    open_s: float | None = None

    @property
    def intraday(self) -> bool:
        """Whether candles have a time of day."""
        return RANGES[self.range].interval != "1d"

    @property
    def period(self) -> str:
        """What a row of the table covers: a key of :data:`PERIODS`."""
        return _COARSER[RANGES[self.range].interval][len(self.candles) > MAX_ROWS]

    @property
    def weekly(self) -> bool:
        """Whether weeks are drawn."""
        return not self.intraday and len(self.candles) > MAX_DAYS

    @property
    def drawn(self) -> list[Candle]:
        """Those of the drawing."""
        return list(_summed_up(self.candles, "week")) if self.weekly else self.candles

    @property
    def gaps(self) -> list[int]:
        """Which of ``drawn`` come after a time without prices."""
        return [] if self.intraday else list(_after_gaps(self.drawn))

    @property
    def gap(self) -> tuple[str, str] | None:
        """The longest time without prices: the days before and after it."""
        rows = self.candles
        found = [] if self.intraday else [(rows[at - 1], rows[at]) for at in _after_gaps(rows)]
        longest = max(found, key=lambda pair: _moment(pair[1]) - _moment(pair[0]), default=None)
        return longest and (longest[0]["time"][:10], longest[1]["time"][:10])

    @property
    def rows(self) -> list[Candle]:
        """Those of the table, the newest first."""
        rows = self.candles if len(self.candles) <= MAX_ROWS else list(_summed_up(self.candles, self.period))
        return rows[::-1]


def chart_ask(gateway: Gateway, address: str, choice: Choice) -> Callable[[], Chart]:
    """Ask for the chart that is chosen; if none is, for a year, or for all if that year has nothing.

    Raises, where it is waited for:
        GatewayUnavailable, GatewayProblem: the candles are not to be had.
    """
    asked = _candles_ask(gateway, address, choice.range or USUAL)

    def chart() -> Chart:
        chosen, candles = choice.range or USUAL, asked()
        if not choice.range and len(candles) < 2:
            chosen = WIDEST
            candles = _candles_ask(gateway, address, chosen)()
        return Chart(chosen, choice.style, candles)

    return chart


def _candles_ask(gateway: Gateway, address: str, chosen: str) -> Callable[[], list[Candle]]:
    interval, limit, days = RANGES[chosen]
    query: dict[str, Any] = {"adjusted": "true"} if interval == "1d" else {}
    asked = gateway.ask(f"{address}/candles", public=True, interval=interval, limit=limit, **query)

    def within() -> list[Candle]:
        answer: Any = asked()
        candles: list[Candle] = answer
        if days is None or not candles:
            return candles
        first = _moment(candles[-1]) - timedelta(days=days)
        return [candle for candle in candles if _moment(candle) > first]

    return within


def chart_at(chart: Chart, instrument: dict[str, Any], clock: MarketClock) -> Chart:
    """The chart with its open candle at the price that its page shows, whatever range it is of."""
    price, now, width = instrument.get("price"), clock.moment, _INTERVALS[RANGES[chart.range].interval]
    if not chart.candles or not price or now is None:
        return chart
    last = chart.candles[-1]
    if not chart.intraday:
        now = datetime.combine(now, time(), UTC)
    left = _moment(last) + width - now
    if not timedelta() < left <= width:
        return chart
    high, low = max(last["high"], price, key=Decimal), min(last["low"], price, key=Decimal)
    return replace(
        chart,
        candles=[*chart.candles[:-1], {**last, "close": price, "high": high, "low": low}],
        open_s=left.total_seconds() / clock.speed if clock.speed else PAUSED_S,
    )


def _after_gaps(candles: list[Candle]) -> Iterator[int]:
    moments = [_moment(candle) for candle in candles]
    return (
        at for at, (before, after) in enumerate(pairwise(moments), 1) if after - before > timedelta(GAP_DAYS)
    )


def _moment(candle: Candle) -> datetime:
    return datetime.fromisoformat(candle["time"])


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _summed_up(candles: list[Candle], period: str) -> Iterator[Candle]:
    """Candles of a period: a key of :data:`PERIODS`, or ``week``, which begins on a Monday."""
    for start, parts in groupby(candles, lambda candle: _beginning(candle["time"], period)):
        rows = list(parts)
        yield {
            "time": start + "0000-01-01T00:00:00Z"[len(start) :],
            "open": rows[0]["open"],
            "high": max((row["high"] for row in rows), key=float),
            "low": min((row["low"] for row in rows), key=float),
            "close": rows[-1]["close"],
            "volume": sum(row["volume"] for row in rows),
        }


def _beginning(time: str, period: str) -> str:
    if period != "week":
        return time[: PERIODS[period]]
    day = date.fromisoformat(time[:10])
    return (day - timedelta(days=day.weekday())).isoformat()


def fills_of(orders: dict[str, Any] | None) -> list[dict[str, Any]]:
    """One's own fills, each with its order's side, of the orders of an instrument."""
    rows = (orders or {}).get("results", [])
    return [{**fill, "side": order["side"]} for order in rows for fill in order.get("fills", ())]


def chart_context(
    chart: Chart | None, instrument: dict[str, Any], data: Mapping[str, str], *,
    fills: list[dict[str, Any]], position: dict[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    """What the chart's template needs, ``chart`` included, which is None where its source failed."""
    choice = Choice.of(data)
    kept = {name: value for name, value in data.items() if name not in ("range", "chart", "step")}
    shown = chart.range if chart else choice.range or USUAL

    def link(range: str, style: str) -> str:
        return "?" + urlencode({**kept, "range": range, "chart": style})

    return {
        "chart": chart,
        "ranges": [
            {"name": name, "short": LABELS["range_short"][name], "long": LABELS["range"][name],
             "link": link(name, choice.style), "current": name == shown}
            for name in RANGES
        ],
        "styles": [
            {"name": name, "label": LABELS["chart_style"][name], "link": link(shown, name),
             "current": name == choice.style}
            for name in STYLES
        ],
        "again": link(shown, choice.style),
        "whole": link(WIDEST, choice.style),
        "drawing": orjson.dumps(_drawing(chart, instrument, fills, position)).decode() if chart else None,
    }  # fmt: skip


def _drawing(
    chart: Chart, instrument: dict[str, Any], fills: list[dict[str, Any]], position: dict[str, Any] | None
) -> dict[str, Any]:
    """What chart.js draws: candles as ``[seconds, open, high, low, close, volume]``, marks, words."""
    average = position and position["average_cost"]
    return {
        "candles": [
            [_seconds(row["time"]), *(float(row[name]) for name in ("open", "high", "low", "close")),
             row["volume"]]
            for row in chart.drawn
        ],
        "style": chart.style,
        "intraday": chart.intraday,
        "weekly": chart.weekly,
        "gaps": chart.gaps,
        "open_s": chart.open_s,
        "currency": instrument["currency"],
        "digits": len(instrument["price_step"].partition(".")[2]),
        "average": float(average) if average else None,
        "fills": [
            {"time": _seconds(fill.get("market_time") or fill["executed_at"]), "side": fill["side"],
             "quantity": fill["quantity"]}
            for fill in fills
        ],
        "words": {
            "buy": _("Bought %(quantity)s"),
            "sell": _("Sold %(quantity)s"),
            "open": pgettext("price", "Open"),
            "high": _("High"),
            "low": _("Low"),
            "close": _("Close"),
            "volume": _("Volume"),
            "week": _("Week of %(day)s"),
        },
    }  # fmt: skip
