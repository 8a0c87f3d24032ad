"""The end of a day, and going to another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Subquery

from market_service.candles import services as candles
from market_service.clock import services as clock
from market_service.clock.errors import DayNotPossible
from market_service.clock.models import Feed
from market_service.clock.selectors import Moment, clock_now
from market_service.quotes import selectors
from market_service.quotes.models import DailyPrice, Quote, QuoteFeed
from market_service.quotes.services.day_open import closes_reset, day_announce
from market_service.quotes.services.market_start import next_day
from market_service.quotes.services.quote_split import closes_split, splits_reach_back
from servicekit.arrays import array
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record

# What was imported of the day stays. One statement for all instruments, while the quotes stand still; the
# ORM, which cannot say WHERE after ON CONFLICT, reads and inserts 200 of them in 3.6 times as long.
_KEEP = """
INSERT INTO quotes_dailyprice AS kept
    (instrument_id, date, open, high, low, close, volume, adj_close, simulated)
SELECT quote.instrument_id, %s::date, coalesce(day_open, price), coalesce(day_high, price),
       coalesce(day_low, price), price, coalesce(traded.units, 0), price, true
FROM quotes_quote AS quote
LEFT JOIN unnest(%s::uuid[], %s::bigint[]) AS traded (instrument_id, units) USING (instrument_id)
ORDER BY quote.instrument_id
ON CONFLICT (instrument_id, date) DO UPDATE SET
    open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close,
    volume = EXCLUDED.volume, adj_close = EXCLUDED.adj_close
WHERE kept.simulated
"""


def closes_are_published() -> bool:
    """Whether the day is being closed, and every quote was told at its close since; begins with it."""
    with transaction.atomic():
        feed = QuoteFeed.objects.select_for_update().first()
        moment = clock_now()
        if feed is None or not moment.closing:
            return False
        if moment.closing_from is None:
            clock.clock_closing(closing_from=feed.number)
            return False
        if feed.complete_since > moment.closing_from:
            return True
        return not Quote.objects.filter(instrument__status="open").exists()


@transaction.atomic
def day_close(*, number: int, volumes: Mapping[UUID, int], trades_before: int) -> bool:
    """Write the day's closes, count changes from them, and open the next day: all of it or nothing.

    Prices stay as they are: the next tick moves them on.

    Args:
        number: the day that is to be closed.
        volumes: how many units of each were traded on it.
        trades_before: the last trade that counts to it.

    Returns:
        False: somebody else has closed it.

    Emits:
        ``MarketDayClosed``.
    """
    QuoteFeed.objects.select_for_update().get()
    left = clock_now()
    if left.number != number:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [left.day, array(volumes), array(volumes.values())])
    closes = DailyPrice.objects.filter(instrument_id=OuterRef("pk"), date=left.day)
    Quote.objects.filter(Exists(closes)).update(
        previous_close=Subquery(closes.values("close")), closed_day=left.day,
        day_open=None, day_high=None, day_low=None,
    )  # fmt: skip
    candles.day_close(day=left.day)
    clock.clock_open(feed=left.feed, day=next_day(left), trades_before=trades_before)
    day_announce(left=left, opened=clock_now())
    return True


@transaction.atomic
def day_go(*, day: date, trades_before: int, by: Actor, reason: str = "") -> Moment:
    """Go to a day of the history, or the next one that has prices, at its opening.

    The day that is left is not closed.

    Raises:
        OnlyReplayed: the market replays nothing.
        DayNotPossible: before the first imported day, or after the last.

    Emits:
        ``MarketDayClosed``.
    """
    QuoteFeed.objects.bulk_create([QuoteFeed()], ignore_conflicts=True)
    QuoteFeed.objects.select_for_update().get()
    row = clock.require_replay()
    history = selectors.history_range()
    if not history or not history[0] <= day <= history[1]:
        first, last = history or ("–", "–")
        raise DayNotPossible(first=first, last=last, value=day)
    day = selectors.history_day_after(day - timedelta(days=1)) or day
    left = clock_now()
    splits_reach_back(day=day)
    closes_reset(before=day)
    closes_split()
    clock.clock_open(feed=Feed.REPLAY, day=day, trades_before=trades_before)
    opened = clock_now()
    candles.candles_forget(since=opened.time)
    day_announce(left=left, opened=opened)
    record("market.go", row, by=by, reason=reason, before={"day": left.day}, after={"day": day})
    return opened
