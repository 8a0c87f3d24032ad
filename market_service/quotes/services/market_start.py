"""The market's first day, and the first quotes on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from market_service.candles import services as candles
from market_service.clock import services as clock
from market_service.clock.models import SESSION_S, Feed
from market_service.clock.selectors import Moment, clock_now
from market_service.quotes import selectors
from market_service.quotes.models import Quote, QuoteFeed
from market_service.quotes.services.day_open import closes_reset, day_announce


def market_start() -> Moment:
    """The clock, started if it was not, and set to another day if the market's feed is another now.

    A market without quotes and history has no day yet.

    Emits:
        ``MarketDayClosed`` when it is set to another day.
    """
    moment = clock_now()
    feed = settings.QUOTE_FEED
    if moment.started and moment.feed == feed:
        return moment
    with transaction.atomic():
        QuoteFeed.objects.bulk_create([QuoteFeed()], ignore_conflicts=True)
        QuoteFeed.objects.select_for_update().get()
        moment = clock_now()
        if moment.started and moment.feed == feed:
            return moment
        day, is_quoted = _first_day(moment, feed), Quote.objects.exists()
        if not is_quoted and not selectors.history_range():
            return moment
        clock.clock_start(feed=feed, day=day, speed=SESSION_S / settings.DAY_S)
        if moment.started or (is_quoted and feed == Feed.REPLAY):  # its prices were those of other days
            left = clock_now()
            clock.clock_open(feed=feed, day=day, trades_before=left.trades_before)
            opened = clock_now()
            if feed == Feed.REPLAY:
                closes_reset(before=day)
                candles.candles_forget(since=opened.time)
            day_announce(left=left, opened=opened)
    return clock_now()


def opening_closes(instrument_ids: Iterable[UUID]) -> dict[UUID, tuple[Decimal, Decimal]]:
    """What the first quotes of instruments are made of: the last close and the one before.

    In a replay those of the days before the market's; of what has none yet, its first open.
    """
    ids = list(instrument_ids)
    closes = selectors.last_closes(ids)
    if settings.QUOTE_FEED != Feed.REPLAY or not closes:
        return closes
    opens = {id_: (price, price) for id_, price in selectors.first_opens(closes).items()}
    return opens | selectors.last_closes(closes, before=market_start().day)


def next_day(moment: Moment) -> date:
    """The day after the market's: of a replay the next that has prices, and after those the next weekday."""
    if moment.feed != Feed.REPLAY:
        return max(moment.now.astimezone(settings.VENUE_TIME_ZONE).date(), moment.day + timedelta(days=1))
    if after := selectors.history_day_after(moment.day):
        return after
    day = moment.day + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _first_day(moment: Moment, feed: str) -> date:
    today: date = moment.now.astimezone(settings.VENUE_TIME_ZONE).date()
    if feed != Feed.REPLAY or not (history := selectors.history_range()):
        return today
    if wanted := settings.REPLAY_FROM:
        return min(max(wanted, history[0]), history[1])
    return selectors.history_days_back(history[1], settings.REPLAY_DAYS)
