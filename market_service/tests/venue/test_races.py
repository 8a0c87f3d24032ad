"""Given many who want the same at the same moment, each in a transaction of their own, then one has it."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from market_service.instruments.models import Instrument
from market_service.tests.venue.orders import available, cancel_requested, submitted
from market_service.tests.venue.races import all_at_once, tried_again
from market_service.venue.models import VenueOrder
from servicekit.contracts import market

pytestmark = pytest.mark.django_db(transaction=True)


def assert_one_had_it(instrument: Instrument, published: Any) -> None:
    assert len(published(market.OrderExecuted)) == 1
    refused = published(market.OrderRefused)
    assert [(event.code, event.limit, event.value) for event in refused] == [
        ("insufficient_quantity", "0", "1")
    ] * 199
    assert VenueOrder.objects.filter(state="executed").count() == 1
    assert VenueOrder.objects.filter(state="refused").count() == 199
    assert available(instrument) == 0


def test_two_hundred_buyers_of_the_last_unit(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL", issued_quantity=1)
    orders = [submitted(instrument, quantity=1) for _ in range(200)]

    all_at_once([lambda order=order: deliver(order) for order in orders])

    assert_one_had_it(instrument, published)


def test_buyers_and_sellers_in_batches_at_once(listed: Any, deliver_many: Any, published: Any) -> None:
    instruments = [listed(ticker, issued_quantity=50) for ticker in ("AAPL", "FB", "IBM")]
    sell = {"side": "sell", "cap_price": Decimal("426.16")}
    batches = [
        [
            submitted(instruments[(b + n) % 3], quantity=1 + n % 7, **(sell if n % 2 else {}))
            for n in range(40)
        ]
        for b in range(12)
    ]

    all_at_once([lambda batch=batch: deliver_many(batch) for batch in batches])

    assert VenueOrder.objects.count() == 480
    for instrument in instruments:
        executed = VenueOrder.objects.filter(instrument=instrument, state="executed")
        units = executed.values_list("side", "quantity")
        sold = sum((quantity or 0) * (1 if side == "buy" else -1) for side, quantity in units)
        assert 0 <= available(instrument) == 50 - sold


def test_one_order_answered_by_many_at_once(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    order = submitted(instrument, quantity=1)

    all_at_once([lambda: deliver(order)] * 40)

    assert len(published(market.OrderExecuted)) == 1
    assert available(instrument) == 999


def test_a_cancel_that_commits_while_the_order_is_answered(
    listed: Any, deliver: Any, deliver_many: Any, published: Any
) -> None:
    """The answer waits at the primary key and fails; tried again, it passes the order over."""
    instrument = listed("AAPL", issued_quantity=10)
    taken_back, other = submitted(instrument, quantity=10), submitted(instrument, quantity=10)
    failed: list[IntegrityError] = []
    answer = tried_again(lambda: deliver_many([taken_back, other]), failed)
    answering = Thread(target=lambda: all_at_once([answer]))

    with transaction.atomic():
        deliver(cancel_requested(taken_back.order_id))
        answering.start()
        answering.join(0.5)
        assert answering.is_alive()
    answering.join(60)

    assert len(failed) == 1
    assert [event.order_id for event in published(market.OrderExecuted)] == [other.order_id]
    assert not published(market.OrderRefused)
    assert VenueOrder.objects.get(order_id=taken_back.order_id).state == "canceled"
    assert available(instrument) == 0


def test_orders_submitted_and_wanted_back_at_once(
    listed: Any, deliver: Any, deliver_many: Any, published: Any
) -> None:
    instrument = listed("AAPL", issued_quantity=1000)
    orders = [submitted(instrument, quantity=1) for _ in range(100)]
    cancels = [
        tried_again(lambda order=order: deliver(cancel_requested(order.order_id))) for order in orders[::2]
    ]

    halves = [tried_again(lambda half=half: deliver_many(half)) for half in (orders[:50], orders[50:])]

    all_at_once([halves[0], *cancels, halves[1]])

    executed, canceled = len(published(market.OrderExecuted)), len(published(market.OrderCanceled))
    assert executed + canceled == 100
    assert executed >= 50
    assert available(instrument) == 1000 - executed
