"""Given: a market that replays a short history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from market_service.clock.models import SESSION_S, MarketClock
from market_service.instruments.models import Instrument
from market_service.quotes.models import DailyPrice

#: Four days of AAPL, the last after a weekend: date, open, high, low, close.
DAYS = (
    ("2012-06-12", "574.46", "576.62", "566.70", "576.16"),
    ("2012-06-13", "574.52", "578.48", "570.38", "572.16"),
    ("2012-06-14", "571.24", "573.50", "567.26", "571.53"),
    ("2012-06-18", "570.96", "587.89", "570.37", "585.78"),
)


@pytest.fixture
def replayed(settings: Any, listed: Any) -> Callable[..., Instrument]:
    """``replayed()`` → AAPL with a history, and SIM without one; the second day is the market's, and slow."""

    def make(ticker: str = "AAPL", **changes: Any) -> Instrument:
        settings.QUOTE_FEED, settings.REPLAY_DAYS, settings.DAY_S = "simulated", 2, 288_000
        instrument: Instrument = listed(ticker, **changes)
        DailyPrice.objects.bulk_create(
            DailyPrice(
                instrument=instrument, date=day, open=open_, high=high, low=low, close=close,
                adj_close=close, volume=1000,
            )
            for day, open_, high, low, close in DAYS
        )  # fmt: skip
        listed("SIM", price="100.00", previous_close="100.00")
        settings.QUOTE_FEED = "replay"
        return instrument

    return make


@pytest.fixture
def later() -> Callable[[float], None]:
    """``later(60)``: the clock was last moved so many seconds ago."""

    def move(seconds: float) -> None:
        MarketClock.objects.update(as_of=F("as_of") - timedelta(seconds=seconds))

    return move


@pytest.fixture
def at() -> Callable[[float], None]:
    """``at(0.5)``: so much of the replayed day is over."""

    def move(share: float) -> None:
        MarketClock.objects.update(elapsed_s=share * SESSION_S)

    return move


def price_of(ticker: str) -> Decimal:
    """The latest price."""
    return Instrument.objects.select_related("quote").get(ticker=ticker).quote.price
