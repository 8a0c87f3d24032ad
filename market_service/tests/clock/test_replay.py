"""Given a history, a replay goes through its days: the same seed, the same prices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from market_service.clock.models import MarketClock
from market_service.clock.selectors import clock_now, market_day, market_now
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_get
from market_service.quotes.models import DailyPrice, Quote
from market_service.tests.clock.conftest import price_of
from market_service.tests.venue.book import order
from market_service.venue.services import market_advance
from servicekit.contracts import market

pytestmark = pytest.mark.django_db


def test_it_begins_at_the_opening_of_a_day_of_the_history(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    at(0)
    market_advance()

    now = clock_now()
    assert (now.feed, now.number, market_day()) == ("replay", 2, date(2012, 6, 13))
    assert market_now().isoformat()[:16] == "2012-06-13T10:00"
    aapl = Quote.objects.get(instrument__ticker="AAPL")
    assert aapl.previous_close == Decimal("576.16")
    assert Decimal("570.38") <= aapl.price <= Decimal("578.48")


def test_prices_follow_the_days_path_whoever_ticks_when(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()

    def seen(shares: list[float]) -> list[Decimal]:
        found = []
        for share in shares:
            at(share)
            MarketClock.objects.update(paused=True)  # so that the time of this test does not count
            MarketClock.objects.update(paused=False, as_of=clock_now().now)
            market_advance()
            found.append(price_of("AAPL"))
        return found

    MarketClock.objects.update(speed=0.1)
    first = seen([0.2, 0.5, 0.8])
    assert len(set(first)) == 3
    assert all(Decimal("570.38") <= price <= Decimal("578.48") for price in first)
    again = seen([0.8, 0.2])
    assert [again[1], again[0]] == pytest.approx([first[0], first[2]], abs=Decimal("0.05"))


def test_another_seed_gives_other_prices(settings: Any, replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    MarketClock.objects.update(speed=0.1)
    seen = []
    for seed in (1, 2):
        settings.QUOTE_SEED = seed
        at(0.5)
        market_advance()
        seen.append(price_of("AAPL"))
    assert abs(seen[0] - seen[1]) > Decimal("0.1")


def test_what_has_no_history_walks_by_whole_steps(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    MarketClock.objects.update(speed=60)
    seen = []
    for step in range(10):
        market_advance()
        at(step / 20)
        seen.append(price_of("SIM"))
    assert len(set(seen)) > 5
    assert all(price > 0 and price % Decimal("0.01") == 0 for price in seen)


def test_the_clock_goes_by_its_speed_and_stands_while_nobody_moves_it(replayed: Any, later: Any) -> None:
    replayed()
    market_advance()
    MarketClock.objects.update(elapsed_s=0, speed=60)
    later(10)
    now = market_now()
    assert 600 <= (now - now.replace(hour=10, minute=0, second=0, microsecond=0)).total_seconds() <= 1800
    later(3600)  # the system was down: it goes on from where it was, half a minute at most
    assert market_now().hour == 10
    assert market_day() == date(2012, 6, 13)


def test_a_pause_keeps_prices_and_time_and_confirms_the_quotes(replayed: Any, later: Any, at: Any) -> None:
    replayed()
    market_advance()
    at(0.4)
    market_advance()
    MarketClock.objects.update(paused=True)
    before, stood_at = price_of("AAPL"), market_now()
    later(20)
    market_advance()
    assert (price_of("AAPL"), market_now()) == (before, stood_at)
    seen_at = instrument_get("AAPL").price_at  # type: ignore[attr-defined]
    assert timezone.now() - seen_at < timedelta(seconds=60)


def test_a_listing_into_a_replay_begins_at_its_close_of_the_day_before(
    replayed: Any, load: Any, entry: Any
) -> None:
    from market_service.instruments.services.listing import waiting_quote

    replayed()
    market_advance()
    late = entry("LATE")
    early = entry("EARLY")
    for each in (late, early):
        del each["price"], each["previous_close"]
        values = {name: each[name] for name in ("ticker", "isin", "type", "name_en", "name_ru")}
        Instrument.objects.create(
            **values, price_step="0.01", issued_quantity=1000, available_quantity=1000
        )  # fmt: skip
    days = {"EARLY": (("2012-06-12", 10), ("2012-06-18", 20)), "LATE": (("2012-06-18", 30),)}
    for ticker, prices in days.items():
        for day, price in prices:
            DailyPrice.objects.create(
                instrument=Instrument.objects.get(ticker=ticker), date=day, open=price, high=price,
                low=price, close=price, adj_close=price, volume=1,
            )  # fmt: skip
    assert sorted(waiting_quote()) == ["EARLY", "LATE"]
    assert (price_of("EARLY"), price_of("LATE")) == (10, 30)


def test_another_feed_goes_on_from_the_prices_that_stand(settings: Any, replayed: Any) -> None:
    replayed()
    market_advance()
    before = price_of("AAPL")
    settings.QUOTE_FEED = "manual"
    market_advance()
    now = clock_now()
    assert (now.feed, now.day, price_of("AAPL")) == ("manual", now.now.date(), before)


def test_an_execution_says_at_what_time_of_the_replayed_day(
    replayed: Any, at: Any, deliver: Any, published: Any
) -> None:
    aapl = replayed()
    market_advance()
    at(0)
    market_advance()
    deliver(order(aapl, "buy", 1, "600.00", type="market", time_in_force="ioc"))
    (executed,) = published(market.OrderExecutedV2)
    assert executed.market_time.date() == date(2012, 6, 13)
    assert executed.executed_at.date() == clock_now().now.date()
