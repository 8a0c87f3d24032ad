"""Reading the candles of an instrument: what is kept, what is recent, and for days the imported history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from market_service.candles.models import Interval
from servicekit.arrays import array
from servicekit.database import Statement

#: The most candles of one answer: 27 years of days, a week of minutes.
MAX_CANDLES = 10_000

# How its prices are shown; and how the source adjusts the close of the last day before a day.
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
_MOMENT = """to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def _texts(time: str, factor: str = "") -> str:
    """The columns of a candle. PostgreSQL makes its texts: Python takes longer for them than for all else."""
    prices = ", ".join(f"round({name}{factor}, %s::int)::text" for name in ("open", "high", "low", "close"))
    return f"SELECT {time}, {prices}, volume::bigint"


# What is kept, and what is recent. The running candle is in both, of one that came late perhaps more.
_RECORDED = Statement(
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
{_texts(_MOMENT)}
FROM recorded ORDER BY time DESC LIMIT %s::int
"""
)

_IMPORTED, _ADJUSTED = (
    Statement(
        f"{_texts(_DAY, factor)} FROM quotes_dailyprice WHERE instrument_id = %s::uuid "
        "AND date >= %s::date AND date < %s::date ORDER BY date DESC LIMIT %s::int"
    )
    for factor in ("", " * (adj_close / close * %s::numeric)")
)

# The hours of a day, of several instruments; prices with the digits of their price step.
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


class CandleTexts(NamedTuple):
    """A candle as it is shown: its first moment, prices with the digits of the price step, and the volume."""

    time: str
    open: str
    high: str
    low: str
    close: str
    volume: int


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
) -> list[CandleTexts]:  # fmt: skip
    """The newest candles that begin in a range, the oldest of them first.

    What had no price is not there. Days are those of UTC. A day that is over has its imported price if there
    is one; what history has from today on is the future.

    Args:
        ticker: in any case.
        since, until: from the one on, before the other, of the market's time.
        limit: so many at most.
        now: the market's time.
        adjusted: imported days as the source adjusts them for later splits and dividends, against how it
            adjusts the last of them.

    Raises:
        LookupError: nothing that has a quote is listed under the ticker.
    """
    today = now.date()
    known = ticker.isascii() and ticker.isprintable()
    if not known or not (found := _rows(_INSTRUMENT, [today, ticker.upper()])):
        raise LookupError(ticker)
    ((id_, digits, factor),) = found
    shown = [digits] * 4
    recorded = _rows(
        _RECORDED, [id_, interval, since, until, limit, interval, id_, since, until, *shown, limit]
    )
    if interval != Interval.DAY:
        return recorded[::-1]
    days = [id_, _day_from(min(since, now)), min(_day_from(min(until, now)), today), limit]
    if adjusted:
        shown = [factor, digits] * 4
    imported = _rows(_ADJUSTED if adjusted else _IMPORTED, [*shown, *days])
    covered = {row[0] for row in imported}
    rows = [*imported, *(row for row in recorded if row[0] not in covered)]
    return sorted(rows, key=itemgetter(0))[-limit:]


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


def _rows(statement: Statement, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _day_from(moment: datetime) -> date:
    """The first day that begins at a moment or after it."""
    day = moment.date()
    return day if moment.time() == time.min else day + timedelta(days=1)
