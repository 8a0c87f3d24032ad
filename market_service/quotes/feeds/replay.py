"""Real history, once more."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from market_service.clock.selectors import Moment
from market_service.quotes.feeds.day_path import Bar, day_path
from market_service.quotes.feeds.price_feed import CurrentQuote
from market_service.quotes.feeds.simulated import walked
from market_service.quotes.models import DailyPrice, stepped
from servicekit.database.bulk import Read


class _Day(NamedTuple):
    instrument_id: UUID
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


_READ = Read(DailyPrice, _Day, key=("instrument_id", "date"), where="NOT simulated")


class Replay:
    moves = True

    def prices(self, quotes: Sequence[CurrentQuote], moment: Moment) -> list[Decimal]:
        """The day's open and close are exact; what has no prices of the day walks."""
        bars = self._bars(quotes, moment)
        found = []
        for quote in quotes:
            if (bar := bars.get(quote.instrument_id)) is None:
                found.append(quote.price if moment.paused else walked(quote, moment.scale))
            else:
                found.append(stepped(self._price(bar, quote.ticker, moment), quote.price_step))
        return found

    @staticmethod
    def _bars(quotes: Sequence[CurrentQuote], moment: Moment) -> dict[UUID, _Day]:
        return {
            day.instrument_id: day for day in _READ((quote.instrument_id, moment.day) for quote in quotes)
        }

    @staticmethod
    def _price(day: _Day, ticker: str, moment: Moment) -> Decimal:
        if moment.share in (0, 1):
            return day.open if moment.share == 0 else day.close
        seed = f"{settings.QUOTE_SEED}:{ticker}:{moment.day}"
        return Decimal(day_path(Bar(*map(float, day[1:])), seed).price(moment.share))
