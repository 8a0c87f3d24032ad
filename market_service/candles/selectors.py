"""Reading the candles of an instrument: what is kept, what is recent, and for days the imported history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import log
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from market_service.candles.models import Interval
from market_service.corporate_actions.selectors import Adjustment, adjustments, factor_at
from servicekit.arrays import array
from servicekit.database import Statement

#: The most candles of one answer: 27 years of days, a week of minutes.
MAX_CANDLES = 10_000

# How its prices are shown; and how the source adjusts the close of the last day before a day. The ORM's two
# queries take 10 times as long (by turns, 21 runs).
_INSTRUMENT = Statement(
    """
SELECT id, scale(trim_scale(price_step)), coalesce((
    SELECT close / adj_close FROM quotes_dailyprice
    WHERE instrument_id = instrument.id AND date < %s::date ORDER BY date DESC LIMIT 1
), 1)
FROM instruments_instrument AS instrument
WHERE ticker = %s AND EXISTS (SELECT FROM quotes_quote WHERE instrument_id = instrument.id)
"""
)


_DAY = "date || 'T00:00:00Z'"
#: How much of a candle's JSON says which day it is of.
_DATED = len('{"time":"2006-01-03')
_MOMENT = """to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def _json(time: str, factor: str = "") -> str:
    """A candle as JSON. PostgreSQL writes it: Python takes longer for its objects than for all else."""
    prices = " || ".join(
        f"""'","{name}":"' || round({name}{factor}, %s::int)""" for name in ("open", "high", "low", "close")
    )
    return f"""SELECT '{{"time":"' || {time} || {prices} || '","volume":' || volume::bigint || '}}'"""


def _factor(day: str) -> str:
    """What a price of a day is multiplied by: of splits, the days, and the products from each on."""
    return f"""
    * coalesce((
        SELECT split.factor FROM unnest(%s::date[], %s::numeric[]) AS split (day, factor)
        WHERE {day} < split.day ORDER BY split.day LIMIT 1
    ), 1)"""


# What is kept, and what is recent. The running candle is in both, of one that came late perhaps more.
# Read by the ORM, their texts made in Python, 100 candles take 5 times as long, 10,000 take 3 times (by
# turns, 15 runs); imported days 4 times.
_RECORDED, _RECORDED_SPLIT = (
    Statement(
        f"""
WITH kept AS MATERIALIZED (
    SELECT time, open, high, low, close, volume FROM candles_candle
    WHERE instrument_id = %s::uuid AND "interval" = %s::smallint AND time >= %s::timestamptz
        AND time < %s::timestamptz
    ORDER BY time DESC LIMIT %s::int
), recent AS MATERIALIZED (
    SELECT date_bin(make_interval(mins => %s::int), minute.time, 'epoch'::timestamptz) AS time,
        (array_agg(open ORDER BY minute.time))[1] AS open, max(high) AS high, min(low) AS low,
        (array_agg(close ORDER BY minute.time DESC))[1] AS close, sum(volume) AS volume
    FROM candles_recentminute AS minute
    WHERE instrument_id = %s::uuid AND minute.time >= %s::timestamptz AND minute.time < %s::timestamptz
    GROUP BY 1
), recorded AS (
    SELECT time, open, high, low, close, volume FROM kept WHERE time NOT IN (SELECT time FROM recent)
    UNION ALL
    SELECT time, coalesce(kept.open, recent.open), greatest(kept.high, recent.high),
        least(kept.low, recent.low), recent.close, coalesce(kept.volume, 0) + recent.volume
    FROM recent LEFT JOIN kept USING (time)
)
{_json(_MOMENT, factor)}
FROM recorded ORDER BY time DESC LIMIT %s::int
"""
    )
    for factor in ("", _factor("(time AT TIME ZONE 'UTC')::date"))
)

_SOURCES = " * (adj_close / close * %s::numeric)"
_IMPORTED, _ADJUSTED, _ADJUSTED_SPLIT = (
    Statement(
        f"{_json(_DAY, factor)} FROM (SELECT * FROM quotes_dailyprice WHERE instrument_id = %s::uuid "
        "AND date >= %s::date AND date < %s::date ORDER BY date DESC LIMIT %s::int) AS day"
    )
    for factor in ("", _SOURCES, f"{_SOURCES}{_factor('date')}")
)

# How much less of a price the source's adjustments leave before a day than after it. The ORM's two queries a
# split take 6 times as long for one split, 16 times for two (by turns, 21 runs).
_JUMPS = Statement(
    """
SELECT split.day, coalesce((
    SELECT adj_close / close FROM quotes_dailyprice
    WHERE instrument_id = %s::uuid AND date < split.day ORDER BY date DESC LIMIT 1
) / (
    SELECT adj_close / close FROM quotes_dailyprice
    WHERE instrument_id = %s::uuid AND date >= split.day ORDER BY date LIMIT 1
), 1) FROM unnest(%s::date[]) AS split (day)
"""
)

# The hours of a day, of several instruments; prices with the digits of their price step. By the ORM, their
# texts made in Python, 50 instruments take 1.9 times as long (by turns, 15 runs).
_HOURS = Statement(
    """
SELECT instrument_id,
    array_agg(floor(extract(epoch FROM time - %s::timestamptz) / 3600)::int ORDER BY time),
    array_agg(ARRAY[round(open, digits)::text, round(high, digits)::text, round(low, digits)::text,
        round(close, digits)::text] ORDER BY time)
FROM candles_candle, LATERAL (
    SELECT scale(trim_scale(price_step)) AS digits FROM instruments_instrument WHERE id = instrument_id
) AS shown
WHERE instrument_id = ANY(%s::uuid[]) AND "interval" = %s::smallint
    AND time >= %s::timestamptz AND time < %s::timestamptz
GROUP BY instrument_id
"""
)


class HourTexts(NamedTuple):
    """The prices of an hour, the so-manieth after midnight; with the digits of the price step."""

    hour: int
    open: str
    high: str
    low: str
    close: str


def candle_list(
    *, ticker: str, interval: Interval, since: datetime, until: datetime, limit: int, now: datetime,
    adjusted: bool = False,
) -> list[str]:  # fmt: skip
    """The newest candles that begin in a range, the oldest of them first, each as JSON.

    Prices are texts with the digits of the price step; a candle's first moment comes first.

    What had no price is not there. Days are those of UTC. A day that is over has its imported price if there
    is one; what history has from today on is the future.

    Args:
        ticker: in any case.
        since, until: from the one on, before the other, of the market's time.
        limit: so many at most.
        now: the market's time.
        adjusted: for later splits; imported days also as the source adjusts them for splits and dividends,
            against how it adjusts the last of them.

    Raises:
        LookupError: nothing that has a quote is listed under the ticker.
    """
    today = now.date()
    known = ticker.isascii() and ticker.isprintable()
    if not known or not (found := _rows(_INSTRUMENT, [today, ticker.upper()])):
        raise LookupError(ticker)
    ((id_, digits, factor),) = found
    splits = adjustments(id_) if adjusted else []
    params = [id_, interval, since, until, limit, interval, id_, since, until]
    if splits:
        recorded = _rows(_RECORDED_SPLIT, [*params, *[*_products(splits), digits] * 4, limit])
    else:
        recorded = _rows(_RECORDED, [*params, *[digits] * 4, limit])
    if interval != Interval.DAY:
        return [candle for (candle,) in reversed(recorded)]
    days = [id_, _day_from(min(since, now)), min(_day_from(min(until, now)), today), limit]
    if splits := _unknown_to_source(id_, splits):
        imported = _rows(_ADJUSTED_SPLIT, [*[factor, *_products(splits), digits] * 4, *days])
    elif adjusted:
        imported = _rows(_ADJUSTED, [*[factor, digits] * 4, *days])
    else:
        imported = _rows(_IMPORTED, [*[digits] * 4, *days])
    candles = [candle for (candle,) in imported]
    if recorded:
        covered = {candle[:_DATED] for candle in candles}
        candles += [candle for (candle,) in recorded if candle[:_DATED] not in covered]
    return sorted(candles)[-limit:]


def hours_of_day(ids: Sequence[UUID], *, midnight: datetime) -> dict[UUID, list[HourTexts]]:
    """The hours of a day that are over, of several instruments: one query, a few dozen rows of each.

    Args:
        midnight: when the day begins, in the market's time.

    Returns:
        Instrument → its hours, the earliest first; what had no price in any is left out.
    """
    until = midnight + timedelta(days=1)
    rows = _rows(_HOURS, [midnight, array(ids), Interval.HOUR, midnight, until])
    return {
        id_: [HourTexts(hour, *prices) for hour, prices in zip(hours, bars, strict=True)]
        for id_, hours, bars in rows
    }


def _products(splits: Sequence[Adjustment]) -> tuple[str, str]:
    """The days of splits, and what prices before each of them are multiplied by: as arrays."""
    days = [split.day for split in splits]
    return array(days), array(factor_at(day - timedelta(days=1), splits) for day in days)


def _unknown_to_source(instrument_id: UUID, splits: Sequence[Adjustment]) -> list[Adjustment]:
    """Those of the splits for which the source of the history has not adjusted its closes itself."""
    if not splits:
        return []
    days = array(split.day for split in splits)
    jumps = dict(_rows(_JUMPS, [instrument_id, instrument_id, days]))
    return [split for split in splits if not _is_near(jumps[split.day], split.factor)]


def _is_near(jump: Decimal, factor: Decimal) -> bool:
    """Whether a jump is rather that of a split than none; dividends make small ones."""
    return abs(log(jump) - log(factor)) < abs(log(jump))


def _rows(statement: Statement, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _day_from(moment: datetime) -> date:
    """The first day that begins at a moment or after it."""
    day = moment.date()
    return day if moment.time() == time.min else day + timedelta(days=1)
