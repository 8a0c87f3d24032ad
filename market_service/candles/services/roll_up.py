"""Moves the minutes of hours that are over into the candles that are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from market_service.candles.models import Candle, RecentMinute
from servicekit.portions import portions_of

#: Instruments of one transaction.
PORTION = 200

# The rows go in by interval, instrument and time, so that what is read together lies together. What came late
# for an hour that was rolled up already is added to its candles. For an hour of 50 instruments the ORM (a
# locking read, an upsert, a delete) takes 7 times as long (by turns, 9 runs).
_ROLL_UP = """
WITH gone AS (
    DELETE FROM candles_recentminute WHERE instrument_id = ANY(%s) AND time < %s
    RETURNING instrument_id, time, open, high, low, close, volume
)
INSERT INTO candles_candle AS kept ("interval", instrument_id, time, open, high, low, close, volume)
SELECT length.minutes, instrument_id,
    date_bin(make_interval(mins => length.minutes), gone.time, 'epoch'::timestamptz) AS since,
    (array_agg(open ORDER BY gone.time))[1], max(high), min(low),
    (array_agg(close ORDER BY gone.time DESC))[1], sum(volume)
FROM gone CROSS JOIN (VALUES (1), (5), (60), (1440)) AS length (minutes)
GROUP BY length.minutes, instrument_id, since ORDER BY length.minutes, instrument_id, since
ON CONFLICT (instrument_id, "interval", time) DO UPDATE SET
    high = greatest(kept.high, EXCLUDED.high), low = least(kept.low, EXCLUDED.low),
    close = EXCLUDED.close, volume = kept.volume + EXCLUDED.volume
"""


def candles_roll_up(*, until: datetime) -> int:
    """Move the minutes before a moment of the market's time, so many instruments in a transaction.

    Args:
        until: the minutes from it on stay; the beginning of the running hour.

    Returns:
        Of how many instruments there were some.
    """
    before = RecentMinute.objects.filter(time__lt=until).order_by("instrument_id")
    ids = list(before.values_list("instrument_id", flat=True).distinct())
    for some in portions_of(ids, PORTION):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ROLL_UP, [some, until])
    return len(ids)


def day_close(*, day: date) -> int:
    """Complete the daily candles of a day that is over. Again, it does nothing.

    Without it a day is completed by the next roll-up; meanwhile reading adds what is not rolled up.
    """
    return candles_roll_up(until=datetime.combine(day, time.min, UTC) + timedelta(days=1))


@transaction.atomic
def candles_forget(*, since: datetime) -> None:
    """Delete what was recorded from a moment on, the whole day of it: the market's time goes back to it."""
    begins = datetime.combine(since.astimezone(UTC), time.min, UTC)
    RecentMinute.objects.filter(time__gte=begins).delete()
    Candle.objects.filter(time__gte=begins).delete()
