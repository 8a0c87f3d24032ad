"""Given a batch of orders, then each is answered as if it had come alone, after those before it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market_service.instruments.services import instrument_halt
from market_service.tests.venue.orders import available, cancel_requested, submitted
from market_service.venue.models import VenueOrder
from servicekit.contracts import market
from servicekit.ids import new_id
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.origins import published_origins, some_origins

pytestmark = pytest.mark.django_db

SELL = {"side": "sell", "cap_price": Decimal("426.16")}


def test_orders_see_what_those_before_them_left(listed: Any, deliver_many: Any, published: Any) -> None:
    instrument = listed("AAPL", issued_quantity=100)
    orders = [
        submitted(instrument, quantity=60),
        submitted(instrument, quantity=60),  # 40 are left
        submitted(instrument, quantity=40),
        submitted(instrument, quantity=1),  # nothing is left
        submitted(instrument, quantity=30, **SELL),
        submitted(instrument, quantity=71, **SELL),  # 70 are sold
        submitted(instrument, quantity=30),
    ]

    deliver_many(orders)

    told = [(type(event).__name__, event.order_id) for event in published() if hasattr(event, "order_id")]
    kinds = ["Executed", "Refused", "Executed", "Refused", "Executed", "Refused", "Executed"]
    assert told == [(f"Order{kind}", order.order_id) for kind, order in zip(kinds, orders, strict=True)]
    refused = [(event.code, event.limit, event.value) for event in published(market.OrderRefused)]
    assert refused == [
        ("insufficient_quantity", *bounds) for bounds in (("40", "60"), ("0", "1"), ("70", "71"))
    ]
    assert available(instrument) == 0


def test_instruments_do_not_mix(listed: Any, aged: Any, deliver_many: Any, published: Any) -> None:
    apple, ibm = listed("AAPL"), listed("IBM", price="202.9", previous_close="200", price_step="0.001")
    halted, stale = listed("HALT"), listed("STALE")
    instrument_halt(instrument_id=halted.pk)
    aged(stale, 60)

    deliver_many(
        [
            submitted(halted),
            submitted(apple, quantity=7),
            submitted(ibm, quantity=3, cap_price=Decimal(203)),
            submitted(stale),
            submitted(apple, instrument_id=new_id()),
            submitted(ibm, cap_price=Decimal("202.8")),
        ]
    )

    executed = [(event.ticker, event.quantity, str(event.price)) for event in published(market.OrderExecuted)]
    assert executed == [("AAPL", 7, "430.47"), ("IBM", 3, "202.900")]
    refused = [(event.code, event.limit) for event in published(market.OrderRefused)]
    assert refused == [
        ("instrument_halted", "open"),
        ("quote_stale", "30"),
        ("instrument_halted", "open"),
        ("price_moved", "202.800"),
    ]
    assert [available(instrument) for instrument in (apple, ibm, halted, stale)] == [993, 997, 1000, 1000]


def test_what_was_answered_or_canceled_before_moves_nothing(
    listed: Any, deliver: Any, deliver_many: Any, published: Any
) -> None:
    instrument = listed("AAPL", issued_quantity=100)
    answered, canceled = submitted(instrument, quantity=50), submitted(instrument, quantity=50)
    deliver(answered)
    deliver(cancel_requested(canceled.order_id))
    last = submitted(instrument, quantity=50)

    deliver_many([answered, canceled, last])

    assert [event.order_id for event in published(market.OrderExecuted)] == [answered.order_id, last.order_id]
    assert not published(market.OrderRefused)
    assert available(instrument) == 0


def test_submitted_and_wanted_back_in_one_batch(listed: Any, deliver_many: Any, published: Any) -> None:
    instrument = listed("AAPL")
    in_time, late = submitted(instrument, quantity=10), submitted(instrument, quantity=10)

    deliver_many(
        [
            (cancel_requested(in_time.order_id), 1),
            (late, 1),
            (in_time, 2),
            (cancel_requested(late.order_id), 2),
        ]
    )

    assert [event.order_id for event in published(market.OrderExecuted)] == [late.order_id]
    assert [event.order_id for event in published(market.OrderCanceled)] == [in_time.order_id]
    assert available(instrument) == 990


def test_each_answer_carries_the_request_of_its_own_order(listed: Any, deliver_many: Any) -> None:
    instrument, clicks = listed("AAPL"), some_origins(9)
    before = OutboxEvent.objects.count()
    orders = [submitted(instrument, quantity=400) for _ in range(5)]  # two are executed
    canceled = [cancel_requested(new_id()) for _ in range(3)]
    too_late = cancel_requested(orders[0].order_id)
    pairs = zip(orders[:3], canceled, strict=True)
    asked = [*(event for pair in pairs for event in pair), *orders[3:], too_late]
    deliver_many(asked, origins=clicks)
    told = {
        subject: (type_name.split(".")[2], origin)
        for type_name, subject, origin in published_origins()[before:]
    }
    expected = {
        event.order_id: click for event, click in zip(asked, clicks, strict=True) if event is not too_late
    }
    assert {subject: origin for subject, (_, origin) in told.items()} == {
        f"venue-order/{order_id}": click for order_id, click in expected.items()
    }
    assert sorted(kind for kind, _ in told.values()) == ["canceled"] * 3 + ["executed"] * 2 + ["refused"] * 3


def test_one_order_that_makes_no_sense_stops_its_batch(listed: Any, deliver_many: Any) -> None:
    instrument = listed("AAPL")
    with pytest.raises(ValueError, match="not an order"):
        deliver_many([submitted(instrument), submitted(instrument, quantity=0)])
    assert available(instrument) == 1000
    assert not VenueOrder.objects.exists()


def test_many_orders_are_a_few_statements(listed: Any, deliver_many: Any) -> None:
    instruments = [listed(ticker) for ticker in ("AAPL", "FB", "IBM")]

    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            deliver_many([submitted(instruments[n % 3], quantity=1) for n in range(count)])
        return len(queries)

    assert statements(200) == statements(3)
