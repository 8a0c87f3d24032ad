"""Given orders that rest, then they are canceled, expire, or stay through a halt."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from market_service.instruments.services import instrument_halt
from market_service.tests.venue.book import alone, ended, order, resting, trades
from market_service.tests.venue.orders import cancel_requested
from market_service.venue.models import RestingOrder, VenueOrder
from market_service.venue.tasks import orders_expire
from servicekit.contracts import market
from servicekit.messaging.models import OutboxEvent

pytestmark = pytest.mark.django_db


def test_a_resting_order_is_taken_back(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    buy = order(instrument, "buy", 5, "400.00")
    deliver(buy)
    deliver(order(instrument, "sell", 2, "400.00"))

    deliver(cancel_requested(buy.order_id), sequence=2)
    deliver(cancel_requested(buy.order_id), sequence=3)

    (canceled,) = published(market.OrderCanceledV2)
    assert (canceled.order_id, canceled.executed, canceled.reason) == (buy.order_id, 2, "")
    assert ended(buy) == ("canceled", 2, "")
    assert resting(instrument, "buy") == []
    assert not published(market.OrderCanceled)


def test_orders_and_cancels_take_effect_as_they_came(listed: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    first, second = order(instrument, "sell", 1, "430.00"), order(instrument, "sell", 1, "431.00")
    buy = order(instrument, "buy", 1, "431.00")
    deliver_many([(first, 1), (second, 1), (cancel_requested(first.order_id), 2), (buy, 1)])
    assert trades(instrument) == [(1, "431.00")]
    assert ended(first) == ("canceled", 0, "")


def test_a_redelivered_order_that_rests_moves_nothing(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    buy = order(instrument, "buy", 5, "400.00")
    for _ in range(3):  # each time as an event of its own, past the inbox
        deliver(buy)
    assert resting(instrument, "buy") == [("400.00", 5)]
    assert len(published(market.OrderRested)) == 1


def test_the_sweep_ends_what_is_due_and_nothing_else(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    due, later = order(instrument, "buy", 5, "400.00"), order(instrument, "buy", 5, "399.00")
    deliver(due, request_id="the-click")
    deliver(later)
    RestingOrder.objects.filter(order_id=due.order_id).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    instrument_halt(instrument_id=instrument.pk)  # a halt keeps nothing from expiring

    assert orders_expire() == 1
    assert orders_expire() == 0

    assert ended(due) == ("expired", 0, "")
    (expired,) = published(market.OrderExpired)
    assert expired.order_id == due.order_id
    told = OutboxEvent.objects.get(type=market.OrderExpired.TYPE)
    assert json.loads(told.envelope)["requestid"] == "the-click"  # as what placed it
    assert resting(instrument, "buy") == [("399.00", 5)]


def test_an_order_that_comes_too_late_expires_unmatched(listed: Any, deliver: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 1, "430.00"))
    buy = order(instrument, "buy", 1, "430.00", expires_at=timezone.now() - timedelta(seconds=1))
    deliver(buy)
    assert ended(buy) == ("expired", 0, "")
    assert trades(instrument) == []


def test_during_a_halt_orders_are_refused_and_cancels_go_on(listed: Any, deliver: Any) -> None:
    instrument = alone(listed("AAPL"))
    buy = order(instrument, "buy", 5, "400.00")
    deliver(buy)
    instrument_halt(instrument_id=instrument.pk)
    refused = order(instrument, "sell", 5, "400.00")

    deliver(refused)
    deliver(cancel_requested(buy.order_id), sequence=2)

    assert ended(refused) == ("refused", 0, "instrument_halted")
    assert ended(buy) == ("canceled", 0, "")


@pytest.mark.parametrize(
    "nonsense",
    [
        {"limit_price": None},
        {"limit_price": Decimal(0)},
        {"limit_price": Decimal(-1)},
        {"limit_price": Decimal(10) ** 30},
        {"expires_at": None},
        {"time_in_force": "forever", "expires_at": None},
        {"time_in_force": "ioc", "expires_at": timezone.now()},
        {"type": "market", "limit_price": Decimal(1)},
        {"type": "stop", "limit_price": None, "expires_at": None},
    ],
    ids=str,
)
def test_nonsense_is_an_error_and_changes_nothing(listed: Any, deliver: Any, nonsense: Any) -> None:
    instrument = listed("AAPL")
    with pytest.raises(ValueError, match="not an order"):
        deliver(order(instrument, "buy", 1, "430.00", **{"expires_at": timezone.now()} | nonsense))
    assert not RestingOrder.objects.exists()
    assert not VenueOrder.objects.exists()
