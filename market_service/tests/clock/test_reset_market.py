"""Given a market that has traded for some days, ``reset_market`` lets it begin where it began."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from market_service.candles.models import RecentMinute
from market_service.clock.selectors import clock_now
from market_service.corporate_actions.selectors import adjustments
from market_service.corporate_actions.services import dividend_record, split_start, splits_advance
from market_service.instruments.models import Instrument
from market_service.quotes.models import DailyPrice, Quote
from market_service.tests.clock.conftest import DAYS, price_of
from market_service.tests.corporate_actions.test_dividend import announced, completed
from market_service.tests.corporate_actions.test_split import announced as split_announced
from market_service.tests.corporate_actions.test_split import completed as split_completed
from market_service.tests.venue.orders import submitted
from market_service.venue.models import RestingOrder, Trade, VenueOrder
from market_service.venue.services import market_advance
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.contracts import market
from servicekit.messaging.models import InboxEvent, OutboxEvent

pytestmark = pytest.mark.django_db


def reset() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # of the test's own transaction
    call_command("reset_market", archive="/kept")


def test_orders_days_and_prices_begin_again(replayed: Any, at: Any, deliver: Any, published: Any) -> None:
    replayed()
    market_advance()
    at(1)
    for _ in range(3):
        market_advance()
    assert (clock_now().number, DailyPrice.objects.filter(simulated=True).count()) == (3, 1)
    sim = Instrument.objects.get(ticker="SIM")
    Quote.objects.filter(instrument=sim).update(price="130.00", previous_close="125.00")
    deliver(submitted(sim, quantity=10, cap_price=Decimal("200.00")))
    before = Instrument.objects.get(ticker="SIM")
    assert before.available_quantity == before.issued_quantity - 10

    reset()

    for emptied in (RestingOrder, Trade, VenueOrder, RecentMinute, InboxEvent):
        assert not emptied.objects.exists(), emptied  # type: ignore[attr-defined]
    after = Instrument.objects.get(ticker="SIM")
    assert (after.available_quantity, after.version) == (after.issued_quantity, before.version + 1)
    assert DailyPrice.objects.count() == len(DAYS)
    quote = Quote.objects.get(instrument=sim)
    assert (quote.price, quote.previous_close, quote.tick, quote.closed_day) == (100, 100, 0, None)
    assert not clock_now().started
    told = published(market.InstrumentChanged)
    assert {(one.ticker, one.price) for one in told} == {("AAPL", price_of("AAPL")), ("SIM", 100)}
    assert OutboxEvent.objects.count() == 2
    (entry,) = AuditEntry.objects.filter(action="market.reset")
    assert (entry.before["trades"], entry.after) == (1, {"archive": "/kept"})

    market_advance()
    now = clock_now()
    assert (now.day, now.share < 0.5) == (date(2012, 6, 13), True)
    assert Quote.objects.get(instrument__ticker="AAPL").previous_close == Decimal("576.16")


def test_a_dividend_that_was_paid_is_history(listed: Any, deliver: Any) -> None:
    paid, due = announced(listed("AAPL")), announced(listed("IBM"), day=date(2100, 1, 1))
    dividend_record(action_id=paid.pk, by=Actor("olga"), reason="approved")
    deliver(completed(paid))

    reset()

    for action in (paid, due):
        action.refresh_from_db()
    assert (paid.state, paid.units, due.state) == ("history", None, "announced")


def test_a_split_that_was_carried_out_stays_and_one_that_was_begun_begins_again(
    replayed: Any, deliver: Any, published: Any
) -> None:
    """The replay goes back to days before the split, in new units; AAPL was first quoted at 430.47."""
    replayed()
    market_advance()
    aapl, sim = (Instrument.objects.get(ticker=ticker) for ticker in ("AAPL", "SIM"))
    done, begun = split_announced(aapl, 1, 2), split_announced(sim, 1, 4)
    split_start(action_id=done.pk)
    splits_advance()
    deliver(split_completed(published(market.SplitRecorded)[-1], 0))
    split_start(action_id=begun.pk)

    reset()

    for action in (done, begun):
        action.refresh_from_db()
    assert (done.state, begun.state, begun.recorded_at) == ("history", "announced", None)
    assert [(one.status, one.splits) for one in Instrument.objects.order_by("ticker")] == [
        ("open", 1), ("open", 0)
    ]  # fmt: skip
    quotes = dict(Quote.objects.values_list("instrument__ticker", "price"))
    assert quotes["SIM"] == 100
    assert quotes["AAPL"] == Decimal("215.24")
    market_advance()
    now = Quote.objects.get(instrument__ticker="AAPL")
    assert abs(now.previous_close - Decimal("288.08")) <= Decimal("0.01")
    assert Decimal("0.8") < now.price / now.previous_close < Decimal("1.2")
    assert [(one.day, one.factor) for one in adjustments(aapl.pk)] == [(date.min, Decimal("0.5"))]
