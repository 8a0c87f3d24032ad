"""Given what was issued, sold and is on offer, then a difference halts the instrument and nothing else."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt, instrument_open
from market_service.tests.venue.orders import available, submitted
from market_service.venue.models import Reconciliation, Trade
from market_service.venue.tasks import quantities_reconcile
from servicekit.contracts import market
from servicekit.testing.plans import plan_of, plans_of

pytestmark = pytest.mark.django_db

SELL = {"side": "sell", "cap_price": Decimal("426.16")}


def lose(instrument: Instrument, units: int) -> None:
    """Somebody with the owner's rights takes units off the offer without selling them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE instruments_instrument SET available_quantity = available_quantity - %s WHERE id = %s",
            [units, instrument.pk],
        )


def test_what_adds_up_is_left_alone(listed: Any, deliver_many: Any, published: Any) -> None:
    apple, ibm = listed("AAPL"), listed("IBM")
    assert quantities_reconcile() == 0  # nothing was sold yet
    deliver_many([submitted(apple, quantity=10), submitted(apple, quantity=4, **SELL), submitted(ibm)])

    assert quantities_reconcile() == 0

    assert [(r.sold, r.difference) for r in Reconciliation.objects.order_by("instrument__ticker")] == [
        (6, 0),
        (10, 0),
    ]
    assert set(Instrument.objects.values_list("status", "halt_reason")) == {("open", "")}
    assert len(published(market.InstrumentChanged)) == 2  # the listings


def test_a_difference_halts_the_instrument_and_adjusts_nothing(
    listed: Any, deliver_many: Any, published: Any, caplog: Any
) -> None:
    apple, ibm = listed("AAPL"), listed("IBM")
    deliver_many([submitted(apple, quantity=10), submitted(ibm, quantity=10)])
    quantities_reconcile()
    lose(apple, 3)

    with caplog.at_level(logging.ERROR):
        assert quantities_reconcile() == 1

    assert "AAPL is halted: 1000 issued, but 987 on offer and 10 sold, a difference of -3" in caplog.text
    apple.refresh_from_db()
    assert (apple.status, apple.halt_reason, apple.available_quantity) == ("halted", "quantities", 987)
    assert published(market.InstrumentChanged)[-1].status == "halted"
    assert Instrument.objects.get(pk=ibm.pk).status == "open"


def test_a_trade_that_vanished_is_seen(listed: Any, deliver: Any) -> None:
    apple = listed("AAPL")
    deliver(submitted(apple, quantity=10))
    Trade.objects.all().delete()  # the application has no right to; the tests run as the owner
    assert quantities_reconcile() == 1
    assert Reconciliation.objects.get().difference == -10


def test_it_stays_a_breach_until_it_is_put_right(listed: Any, deliver: Any, published: Any) -> None:
    apple = listed("AAPL")
    lose(apple, 3)
    assert quantities_reconcile() == 1
    assert quantities_reconcile() == 1
    changes = len(published(market.InstrumentChanged))
    assert changes == 2  # listed, halted: told once

    instrument_open(instrument_id=apple.pk)  # too early
    deliver(submitted(apple, quantity=5))
    assert quantities_reconcile() == 1
    assert Instrument.objects.get().status == "halted"

    lose(apple, -3)
    assert quantities_reconcile() == 0
    assert Reconciliation.objects.get().difference == 0
    assert Instrument.objects.get().status == "halted"  # opening it is a person's decision
    instrument_open(instrument_id=apple.pk)
    assert Instrument.objects.get().halt_reason == ""


def test_the_reason_outweighs_an_operators_halt(listed: Any) -> None:
    apple = listed("AAPL")
    instrument_halt(instrument_id=apple.pk)
    assert Instrument.objects.get().halt_reason == "operator"
    lose(apple, 1)
    quantities_reconcile()
    instrument_halt(instrument_id=apple.pk)
    assert Instrument.objects.get().halt_reason == "quantities"


def test_only_what_is_new_is_counted(listed: Any, deliver: Any, deliver_many: Any) -> None:
    apple = listed("AAPL")
    deliver_many([submitted(apple, quantity=1) for _ in range(20)])
    quantities_reconcile()
    Trade.objects.update(quantity=7)  # a past that is not read again
    deliver(submitted(apple, quantity=2))

    assert quantities_reconcile() == 0
    assert (Reconciliation.objects.get().sold, available(apple)) == (22, 978)


def test_a_run_without_news_writes_nothing(listed: Any, deliver: Any) -> None:
    deliver(submitted(listed("AAPL")))
    quantities_reconcile()
    before = Reconciliation.objects.get().changed_at
    with CaptureQueriesContext(connection) as queries:
        quantities_reconcile()
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 2
    assert Reconciliation.objects.get().changed_at == before


def test_operators_see_it(operator: Client, listed: Any) -> None:
    lose(listed("AAPL"), 3)
    quantities_reconcile()

    listing = operator.get("/admin/market/instruments/instrument/").content.decode()
    assert "what is on offer and what was sold do not add up to what was issued" in listing
    assert "-3" in operator.get("/admin/market/venue/reconciliation/").content.decode()
    assert "birzha_market_quantity_breaches 1.0" in operator.get("/metrics").content.decode()


def test_the_past_is_not_read_again(many_past_orders: Instrument, deliver: Any) -> None:
    quantities_reconcile()
    deliver(submitted(many_past_orders, quantity=1))

    (plan,) = (plan for plan in plans_of(quantities_reconcile) if "LATERAL" in plan.sql)

    assert "venue_trade_instrument" in plan.indexes
    assert "venue_trade" not in plan.read_whole
    with connection.cursor() as cursor:  # without the index this test would fail
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX venue_trade_instrument")
        cursor.execute("ALTER TABLE venue_trade DROP CONSTRAINT venue_trade_pkey")
    assert "venue_trade" in plan_of(plan.sql).read_whole
