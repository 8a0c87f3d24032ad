"""Real history, once more."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection

from market_service.clock.selectors import Moment
from market_service.quotes.feeds.day_path import Bar, day_path
from market_service.quotes.feeds.price_feed import Standing
from market_service.quotes.feeds.simulated import walked
from market_service.quotes.models import stepped
from servicekit.arrays import array
from servicekit.database import Statement

_BARS = Statement(
    """
SELECT instrument_id, open, high, low, close FROM quotes_dailyprice
WHERE instrument_id = ANY(%s::uuid[]) AND date = %s::date AND NOT simulated
"""
)

_Prices = tuple[Decimal, Decimal, Decimal, Decimal]


class Replay:
    moves = True

    def prices(self, quotes: Sequence[Standing], moment: Moment) -> list[Decimal]:
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
    def _bars(quotes: Sequence[Standing], moment: Moment) -> dict[UUID, _Prices]:
        with connection.cursor() as cursor:
            cursor.execute(_BARS, [array(quote.instrument_id for quote in quotes), moment.day])
            return {id_: (open_, high, low, close) for id_, open_, high, low, close in cursor.fetchall()}

    @staticmethod
    def _price(bar: _Prices, ticker: str, moment: Moment) -> Decimal:
        if moment.share in (0, 1):
            return bar[0] if moment.share == 0 else bar[3]
        seed = f"{settings.QUOTE_SEED}:{ticker}:{moment.day}"
        return Decimal(day_path(Bar(*map(float, bar)), seed).price(moment.share))
