"""Given listed instruments, then each tick gives every open one its next quote."""

from __future__ import annotations

import json
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from market_service.clock.models import SESSION_S
from market_service.instruments.selectors import instrument_get
from market_service.instruments.services import instrument_halt, instrument_open
from market_service.quotes import services
from market_service.quotes.feeds import simulated
from market_service.quotes.feeds.price_feed import CurrentQuote
from market_service.quotes.models import Quote, QuoteFeed
from market_service.venue.services import quotes_advance as quotes_tick
from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging.streams import QUOTES_STREAM
from servicekit.tests.server import administrator

#: The module; the name of the use-case hides it.
ticking = sys.modules[services.quotes_tick.__module__]

pytestmark = pytest.mark.django_db


def shown_at(ticker: str) -> datetime:
    """The time of the price that customers see."""
    return instrument_get(ticker).price_at  # type: ignore[attr-defined,no-any-return]


def ages(*instruments: Any) -> list[float]:
    """Seconds since the price of each was made or confirmed."""
    return [(timezone.now() - shown_at(instrument.ticker)).total_seconds() for instrument in instruments]


def on_the_stream() -> list[QuotesUpdated]:
    entries = administrator().xrange(QUOTES_STREAM)
    return [QuotesUpdated.from_data(json.loads(fields["quotes"])) for _, fields in entries]


def prices() -> list[Decimal]:
    return list(Quote.objects.order_by("instrument__ticker").values_list("price", flat=True))


def test_the_walk_moves_prices_a_little_by_whole_steps(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    listed("AAPL")
    seen = []
    for _ in range(40):
        quotes_tick()
        seen += prices()
    assert len(set(seen)) > 10
    assert all(price % Decimal("0.01") == 0 for price in seen)
    moves = [abs(b / a - 1) for a, b in pairwise(seen)]
    assert 0 < max(moves) < Decimal("0.002")


def test_the_walk_is_repeatable_from_its_seed(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    listed("AAPL")

    def walk() -> list[Decimal]:
        Quote.objects.update(price="430.47", tick=0)
        return [price for _ in range(5) for price in (quotes_tick(), prices()[0])[1:]]

    first = walk()
    assert walk() == first
    settings.QUOTE_SEED = 1
    assert walk() != first


def test_the_walk_stays_above_zero_and_near_the_previous_close(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    settings.QUOTE_DAY_SIGMA = {"share": 38.0}
    listed("PENNY", price="0.02", previous_close="0.01")
    for _ in range(50):
        quotes_tick()
        assert prices()[0] >= Decimal("0.01")

    settings.QUOTE_DAY_SIGMA, settings.QUOTE_PULL = {"share": 0.0}, 0.1
    Quote.objects.update(price="200", previous_close="100")
    for _ in range(100):
        quotes_tick()
    assert abs(prices()[0] - 100) < Decimal("0.1")


@pytest.mark.parametrize("scale", [60, 2880])
@pytest.mark.parametrize(("type_", "sigma"), [("bond", 0.0025), ("currency", 0.005), ("share", 0.015)])
def test_the_steps_of_a_day_come_to_what_a_day_of_the_type_does(
    settings: Any, type_: str, sigma: float, scale: float
) -> None:
    steps = round(SESSION_S / settings.QUOTE_PERIOD / scale)
    changes = []
    for ticker in range(400):
        price = start = Decimal(1000)
        for tick in range(steps):
            row = CurrentQuote(UUID(int=0), f"{ticker}", type_, Decimal("0.000001"), price, start, tick)
            price = simulated.walked(row, scale)
        changes.append(float(price / start - 1))
    assert statistics.pstdev(changes) == pytest.approx(sigma, rel=0.35)  # the pull makes it less


def test_still_confirms_the_price_as_of_now(settings: Any, listed: Any, aged: Any) -> None:
    settings.QUOTE_FEED = "manual"
    instrument = listed("AAPL")
    aged(instrument, 3600)
    before = shown_at("AAPL")

    assert quotes_tick() == 1

    assert Quote.objects.get().price == Decimal("430.47")
    assert (shown_at("AAPL") - before).total_seconds() >= 3600
    assert ages(instrument)[0] < 30


def test_all_open_quotes_are_published_after_the_commit(
    settings: Any, listed: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.QUOTE_FEED = "manual"
    apple, ibm = listed("AAPL"), listed("IBM", price="202.9", previous_close="200", price_step="0.001")
    administrator().delete(QUOTES_STREAM)

    with django_capture_on_commit_callbacks() as callbacks:
        quotes_tick()
    assert not administrator().exists(QUOTES_STREAM)
    for callback in callbacks:
        callback()

    (quotes,) = on_the_stream()
    assert sorted(quotes.quotes) == sorted([[str(apple.id), "430.47"], [str(ibm.id), "202.900"]])
    assert quotes.confirmed_at == shown_at("AAPL") == shown_at("IBM")


def test_a_halted_instrument_keeps_its_quote_until_it_opens(settings: Any, listed: Any, aged: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    instrument = listed("AAPL")
    instrument_halt(instrument_id=instrument.pk)
    aged(instrument, 3600)
    before = Quote.objects.get().price, shown_at("AAPL")

    assert quotes_tick() == 0
    assert (Quote.objects.get().price, shown_at("AAPL")) == before

    instrument_open(instrument_id=instrument.pk)
    assert (shown_at("AAPL") - before[1]).total_seconds() >= 3600


def test_a_halt_keeps_the_time_that_the_feed_had_confirmed(settings: Any, listed: Any, aged: Any) -> None:
    settings.QUOTE_FEED = "manual"
    instrument = listed("AAPL")
    listed("IBM")
    aged(instrument, 3600)
    quotes_tick()
    confirmed_at = shown_at("AAPL")

    instrument_halt(instrument_id=instrument.pk)
    quotes_tick()

    assert shown_at("AAPL") == confirmed_at < shown_at("IBM")


@pytest.mark.parametrize("feed", ["simulated", "manual"])
def test_a_tick_costs_no_more_for_many_instruments(settings: Any, listed: Any, aged: Any, feed: str) -> None:
    settings.QUOTE_FEED, settings.QUOTE_PORTION = feed, 3

    def tick() -> tuple[int, int]:
        """How many were told, and how many statements it took."""
        with CaptureQueriesContext(connection) as queries:
            quotes = quotes_tick()
        return quotes, len(queries)

    for ticker in ("AAPL", "FB", "GOOG"):
        listed(ticker)
    tick()
    few = tick()
    instruments = [listed(f"T{number}") for number in range(7)]
    for instrument in instruments:
        aged(instrument, 3600)

    assert tick() <= few == (3, few[1])
    assert Quote.objects.filter(tick__gt=0).count() <= 3 + few[0]
    assert max(ages(*instruments)) < 30  # not their turn, and fresh


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7])
def test_who_receives_a_whole_round_knows_every_quote(
    settings: Any, listed: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any,
    count: int,
) -> None:  # fmt: skip
    messages: list[QuotesUpdated] = []  # what is sent; what Redis does not take in time is only logged
    monkeypatch.setattr(ticking, "publish_quotes", messages.extend)
    settings.QUOTE_PORTION = 3
    monkeypatch.setattr(ticking, "MAX_QUOTES", 2)
    ids = {str(listed(f"T{number}").id) for number in range(count)}
    for _ in range(8):
        with django_capture_on_commit_callbacks(execute=True):
            quotes_tick()

    assert [message.number for message in messages] == list(range(1, len(messages) + 1))
    assert max(len(message.quotes) for message in messages) <= 2
    assert any(message.complete_since for message in messages)
    for message in messages:
        received = messages[message.complete_since - 1 : message.number] if message.complete_since else []
        quotes = {id_ for each in received for id_, _ in each.quotes}
        assert quotes == (ids if message.complete_since else set())
    assert messages[-1].complete_since > len(messages) - 9  # and not only once


@pytest.mark.django_db(transaction=True)
def test_of_two_ticks_at_once_the_second_does_nothing(listed: Any) -> None:
    listed("AAPL")
    quotes_tick()
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        QuoteFeed.objects.select_for_update().get()

        def tick() -> int:
            try:
                return quotes_tick()
            finally:
                connection.close()

        assert pool.submit(tick).result(timeout=60) == 0
    assert quotes_tick() == 1


def test_a_price_that_an_operator_sets_while_the_feed_ticks_stays(
    settings: Any, listed: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    settings.QUOTE_FEED = "simulated"
    listed("AAPL")
    listed("IBM")
    walked = simulated.walked

    def meanwhile(row: Any, scale: float) -> Decimal:
        Quote.objects.filter(instrument__ticker="AAPL").update(price="500")
        return walked(row, scale)

    monkeypatch.setattr(simulated, "walked", meanwhile)
    administrator().delete(QUOTES_STREAM)
    with django_capture_on_commit_callbacks(execute=True):
        quotes_tick()

    assert prices()[0] == 500
    ((quotes,),) = [message.quotes for message in on_the_stream()]
    assert quotes[0] == str(Quote.objects.get(instrument__ticker="IBM").pk)


@pytest.mark.parametrize("price", ["'NaN'", "0", "-1", "1e12"])
def test_the_database_refuses_what_is_no_price(listed: Any, price: str) -> None:
    listed("AAPL")
    with (
        pytest.raises(IntegrityError, match="quote_price_range"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE quotes_quote SET price = {price}")
