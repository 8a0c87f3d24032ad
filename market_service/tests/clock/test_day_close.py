"""When a day ends, its closes are written, changes count from them, and orders for the day expire."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from market_service.clock.models import MarketClock
from market_service.clock.selectors import clock_now
from market_service.clock.services import clock_pause
from market_service.instruments.services import instrument_halt
from market_service.quotes.models import DailyPrice, Quote
from market_service.tests.clock.conftest import DAYS, price_of
from market_service.tests.venue.book import order
from market_service.venue.models import RestingOrder, VenueOrder
from market_service.venue.services import market_advance, market_go
from servicekit.audit.actors import Actor
from servicekit.contracts.market import MarketDayClosed, OrderExpired
from servicekit.messaging.models import OutboxEvent

pytestmark = pytest.mark.django_db


def told() -> list[MarketDayClosed]:
    """What was told of days, but for the replay's beginning."""
    rows = OutboxEvent.objects.filter(type=MarketDayClosed.TYPE).order_by("id")
    events = [MarketDayClosed.from_data(json.loads(row.envelope)["data"]) for row in rows]
    return [event for event in events if event.number > 1]


def quote(ticker: str) -> Quote:
    return Quote.objects.get(instrument__ticker=ticker)


def test_a_replayed_day_ends_at_its_close_and_the_next_opens(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    at(1)
    market_advance()

    now = clock_now()
    assert (now.number, now.day, now.closing, now.day_orders_due) == (3, date(2012, 6, 14), False, False)
    aapl = quote("AAPL")
    assert (aapl.previous_close, aapl.closed_day) == (Decimal("572.16"), date(2012, 6, 13))
    assert Decimal("567.26") <= aapl.price <= Decimal("573.50")  # the next day's prices already
    assert DailyPrice.objects.filter(instrument__ticker="AAPL", simulated=True).count() == 0
    (event,) = told()
    assert (event.number, event.day, event.next_day, event.part, event.parts) == (
        2, "2012-06-13", "2012-06-14", 1, 1,
    )  # fmt: skip
    assert dict(event.closes)[str(aapl.instrument_id)] == "572.16"
    assert event.closed_at == now.opened_at


def test_what_has_no_history_gets_a_daily_price_of_what_was_seen(replayed: Any, at: Any) -> None:
    replayed()
    seen = []
    for share in (0, 0.3, 0.6):
        at(share)
        market_advance()
        seen.append(price_of("SIM"))
    at(1)
    market_advance()

    (day,) = DailyPrice.objects.filter(instrument__ticker="SIM")
    assert (day.date, day.simulated) == (date(2012, 6, 13), True)
    assert day.low <= min(seen)
    assert max(seen) <= day.high
    sim = quote("SIM")
    assert (sim.previous_close, sim.closed_day) == (day.close, day.date)


def test_days_go_over_weekends_and_past_the_end_of_the_history(replayed: Any, at: Any) -> None:
    replayed()
    days = []
    for _ in range(5):
        market_advance()
        at(1)
        market_advance()
        days.append(clock_now().day.isoformat())
    assert days == ["2012-06-14", "2012-06-18", "2012-06-19", "2012-06-20", "2012-06-21"]
    # from the first simulated day on its closes are the market's own
    own = DailyPrice.objects.filter(instrument__ticker="AAPL", simulated=True)
    assert [row.date.isoformat() for row in own.order_by("date")] == ["2012-06-19", "2012-06-20"]
    assert quote("AAPL").previous_close == own.latest("date").close


def test_the_calendars_day_ends_at_midnight_with_the_prices_that_stand(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "manual"
    listed("AAPL", price="430.47", previous_close="441.40")
    market_advance()
    today = clock_now().now.date()
    assert clock_now().day == today
    MarketClock.objects.update(day=today - timedelta(days=1))
    market_advance()

    aapl = quote("AAPL")
    assert (aapl.price, aapl.previous_close) == (Decimal("430.47"), Decimal("430.47"))
    assert clock_now().day == today
    assert DailyPrice.objects.get().date == today - timedelta(days=1)


def test_a_paused_market_ends_no_day(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    listed("AAPL")
    market_advance()
    yesterday = clock_now().day - timedelta(days=1)
    MarketClock.objects.update(day=yesterday, paused=True)
    market_advance()
    assert (clock_now().day, told()) == (yesterday, [])


def test_orders_for_the_day_expire_and_others_stay(replayed: Any, at: Any, deliver: Any) -> None:
    instrument = replayed()
    market_advance()
    for time_in_force in ("day", "gtc"):
        deliver(order(instrument, "buy", 1, "500.00", time_in_force=time_in_force))
    assert RestingOrder.objects.count() == 2
    at(1)
    market_advance()
    assert [order.time_in_force for order in RestingOrder.objects.all()] == ["gtc"]
    assert [order.state for order in VenueOrder.objects.all()] == ["expired"]
    assert OutboxEvent.objects.filter(type=OrderExpired.TYPE).count() == 1


@pytest.mark.parametrize("point", ["day.before_close", "day.after_close"])
def test_who_dies_while_a_day_ends_goes_on_with_the_next_tick(
    replayed: Any, at: Any, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    from market_service.venue.services import market_advance as use_case

    module = __import__(use_case.__module__, fromlist=["fault_point"])

    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        if name == point:
            raise Killed

    replayed()
    market_advance()
    at(1)
    with monkeypatch.context() as patched:
        patched.setattr(module, "fault_point", die)
        with pytest.raises(Killed):
            market_advance()
    market_advance()
    now = clock_now()
    assert (now.number, now.day, now.day_orders_due) == (3, date(2012, 6, 14), False)
    assert len(told()) == 1
    assert quote("AAPL").previous_close == Decimal("572.16")


def test_a_market_in_which_everything_is_halted_ends_its_day(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    for each in Quote.objects.all():
        instrument_halt(instrument_id=each.instrument_id)
    at(1)
    market_advance()
    assert clock_now().number == 3


def test_many_instruments_are_published_in_parts_and_all_close(
    replayed: Any, at: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from market_service.quotes.services import day_open

    monkeypatch.setattr(day_open, "MAX_CLOSES", 1)
    settings.QUOTE_PORTION = 1
    replayed()
    for _ in range(3):
        market_advance()
    at(1)
    market_advance()
    assert [(event.part, event.parts, len(event.closes)) for event in told()] == [(1, 2, 1), (2, 2, 1)]
    assert quote("AAPL").previous_close == Decimal("572.16")


def test_going_to_a_day_is_at_its_opening_and_closes_nothing(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    at(0.5)
    market_go(day=date(2012, 6, 16), by=Actor.shell())  # a Saturday: the next day with prices

    now = clock_now()
    assert (now.day, now.number) == (date(2012, 6, 18), 3)
    aapl = quote("AAPL")
    assert aapl.previous_close == Decimal(DAYS[2][4])
    assert Decimal("570.37") <= aapl.price <= Decimal("587.89")
    assert not DailyPrice.objects.filter(simulated=True).exists()
    market_go(day=date(2012, 6, 12), by=Actor.shell())  # and back
    assert clock_now().day == date(2012, 6, 12)
    assert [event.number for event in told()] == [2, 3]


def test_a_paused_market_that_goes_to_a_day_stands_at_its_opening(replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    at(0.5)
    clock_pause(by=Actor.shell())
    sim = price_of("SIM")
    market_go(day=date(2012, 6, 18), by=Actor.shell())
    market_advance()
    assert (price_of("AAPL"), price_of("SIM")) == (Decimal("570.96"), sim)
    assert clock_now().paused


def test_an_import_of_a_day_that_the_market_closed_replaces_its_price(replayed: Any, at: Any) -> None:
    from market_service.imports.staging import StagedRow
    from market_service.quotes.services import prices_import

    replayed()
    market_advance()
    at(1)
    market_advance()
    sim = quote("SIM")
    assert sim.closed_day == date(2012, 6, 13)
    row = StagedRow("SIM", "2012-06-13", 0, 0, 1, "1.00", "1.00", "1.00", "1.00", "1", "1.00")
    prices_import(rows=[row], instrument_ids={"SIM": sim.instrument_id})
    (day,) = DailyPrice.objects.filter(instrument__ticker="SIM")
    assert (day.close, day.simulated) == (1, False)
    assert quote("SIM").closed_day is None
