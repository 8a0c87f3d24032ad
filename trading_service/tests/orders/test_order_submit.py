"""order_submit: billing has set the cash of a buy aside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from trading_service.orders.models import Order
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_the_order_goes_to_the_venue_with_its_cap_price(aapl, world, user_id, published) -> None:
    order = world.order(user_id)
    event_id = new_id()
    world.hold(order, id=event_id, request_id="req-1")
    order = fresh(order)
    assert (order.status, order.version) == ("working", 2)
    (submitted,) = published(trading.OrderSubmitted)
    assert (submitted.order_id, submitted.cap_price, submitted.quantity) == (order.id, Decimal("101.00"), 10)
    row = order.history.get(sequence=2)
    assert (row.from_status, row.to_status, row.cause) == ("accepted", "working", "billing.hold.placed.v1")
    assert (row.event_id, row.request_id) == (event_id, "req-1")


def test_the_same_event_twice_acts_once(aapl, world, user_id, published) -> None:
    order = world.order(user_id)
    event_id = new_id()
    assert world.hold(order, id=event_id)
    assert not world.hold(order, id=event_id)
    assert len(published(trading.OrderSubmitted)) == 1


@pytest.mark.parametrize("end", ["decline", "cancel"])
def test_a_hold_that_comes_after_the_end_changes_nothing(aapl, world, user_id, published, end: str) -> None:
    order = world.order(user_id)
    getattr(world, end)(order)
    ended = fresh(order)
    world.hold(order)
    assert fresh(order).version == ended.version
    assert not published(trading.OrderSubmitted)


def test_a_hold_said_by_another_event_again_changes_nothing(aapl, world, user_id, published) -> None:
    order = world.working(user_id)
    world.hold(order)
    assert len(published(trading.OrderSubmitted)) == 1


def test_a_hold_for_an_unknown_order_fails_its_event(aapl, world, user_id) -> None:
    order = world.order(user_id)
    order.id = new_id()
    with pytest.raises(Order.DoesNotExist):
        world.hold(order)
