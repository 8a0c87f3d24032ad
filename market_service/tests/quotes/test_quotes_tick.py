"""Given listed instruments, then each tick gives every open one its next quote."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from market_service.instruments.services import instrument_halt, instrument_open
from market_service.quotes.models import Quote
from market_service.quotes.tasks import quotes_tick
from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging import streams
from servicekit.messaging.quotes import QUOTES_STREAM

pytestmark = pytest.mark.django_db


def prices() -> list[Decimal]:
    return list(Quote.objects.order_by("instrument__ticker").values_list("price", flat=True))


def test_the_walk_moves_prices_a_little_by_whole_steps(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "walk"
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
    settings.QUOTE_FEED = "walk"
    listed("AAPL")

    def walk() -> list[Decimal]:
        Quote.objects.update(price="430.47", tick=0)
        return [price for _ in range(5) for price in (quotes_tick(), prices()[0])[1:]]

    first = walk()
    assert walk() == first
    settings.QUOTE_SEED = 1
    assert walk() != first


def test_the_walk_stays_above_zero_and_near_the_previous_close(settings: Any, listed: Any) -> None:
    settings.QUOTE_FEED = "walk"
    settings.QUOTE_SIGMA = 0.5
    listed("PENNY", price="0.02", previous_close="0.01")
    for _ in range(50):
        quotes_tick()
        assert prices()[0] >= Decimal("0.01")

    settings.QUOTE_SIGMA, settings.QUOTE_PULL = 0.0, 0.1
    Quote.objects.update(price="200", previous_close="100")
    for _ in range(100):
        quotes_tick()
    assert abs(prices()[0] - 100) < Decimal("0.1")


def test_still_confirms_the_price_as_of_now(settings: Any, listed: Any, aged: Any) -> None:
    settings.QUOTE_FEED = "still"
    instrument = listed("AAPL")
    aged(instrument, 3600)
    before = Quote.objects.get().price_at

    assert quotes_tick() == 1

    quote = Quote.objects.get()
    assert quote.price == Decimal("430.47")
    assert (quote.price_at - before).total_seconds() >= 3600


def test_all_open_quotes_are_told_after_the_commit(
    settings: Any, listed: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.QUOTE_FEED = "still"
    apple, ibm = listed("AAPL"), listed("IBM", price="202.9", previous_close="200", price_step="0.001")
    streams.shared().delete(QUOTES_STREAM)

    with django_capture_on_commit_callbacks() as callbacks:
        quotes_tick()
    assert not streams.shared().exists(QUOTES_STREAM)
    for callback in callbacks:
        callback()

    ((_, fields),) = streams.shared().xrange(QUOTES_STREAM)
    told = QuotesUpdated.from_data(json.loads(fields["quotes"]))
    at = Quote.objects.get(instrument=apple).price_at.isoformat().replace("+00:00", "Z")
    assert sorted(told.quotes) == sorted([[str(apple.id), "430.47", at], [str(ibm.id), "202.900", at]])


def test_a_halted_instrument_keeps_its_quote_until_it_opens(settings: Any, listed: Any, aged: Any) -> None:
    settings.QUOTE_FEED = "walk"
    instrument = listed("AAPL")
    instrument_halt(instrument_id=instrument.pk)
    aged(instrument, 3600)
    before = Quote.objects.get()

    assert quotes_tick() == 0
    after = Quote.objects.get()
    assert (after.price, after.price_at) == (before.price, before.price_at)

    instrument_open(instrument_id=instrument.pk)
    assert (Quote.objects.get().price_at - before.price_at).total_seconds() >= 3600


def test_one_statement_for_all(listed: Any) -> None:
    for ticker in ("AAPL", "FB", "IBM"):
        listed(ticker)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        quotes_tick()
    assert sum("UPDATE" in query["sql"] for query in queries) == 1
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 2


@pytest.mark.parametrize("price", ["'NaN'", "0", "-1", "1e12"])
def test_the_database_refuses_what_is_no_price(listed: Any, price: str) -> None:
    listed("AAPL")
    with (
        pytest.raises(IntegrityError, match="quote_price_range"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE quotes_quote SET price = {price}")
