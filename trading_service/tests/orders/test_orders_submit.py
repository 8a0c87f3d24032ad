"""orders_submit: billing has set the cash of a buy aside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from trading_service.orders.models import Order, OrderTransition
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_the_order_goes_to_the_venue_with_its_cap_price(aapl, world, user_id, published) -> None:
    order = world.order(user_id)
    event_id = new_id()
    world.hold(order, id=event_id, request_id="req-1")
    order = fresh(order)
    assert (order.status, order.version) == ("working", 2)
    (submitted,) = published(trading.OrderSubmittedV2)
    assert (submitted.order_id, submitted.cap_price, submitted.quantity) == (order.id, Decimal("101.00"), 10)
    row = order.history.get(sequence=2)
    assert (row.from_status, row.to_status, row.cause) == ("accepted", "working", "billing.hold.placed.v1")
    assert (row.event_id, row.request_id) == (event_id, "req-1")


def test_a_hold_for_an_unknown_order_fails_its_event(aapl, world, user_id) -> None:
    order = world.order(user_id)
    order.id = new_id()
    with pytest.raises(Order.DoesNotExist):
        world.hold(order)


def test_many_at_once_each_with_its_own_request(aapl, world, user_id, published, deliver_many) -> None:
    # given four orders, one of which billing declined in the meantime
    orders = [world.order(user_id) for _ in range(4)]
    world.decline(orders[1])
    # when the holds of all are placed
    assert deliver_many([world.hold_placed(order) for order in reversed(orders)], request_id="req-7") == 4
    # then three go to the venue, in the order of the events
    submitted = [event.order_id for event in published(trading.OrderSubmittedV2)]
    assert submitted == [orders[3].id, orders[2].id, orders[0].id]
    assert [fresh(order).status for order in orders] == ["working", "rejected", "working", "working"]
    rows = OrderTransition.objects.filter(to_status="working")
    assert {row.request_id for row in rows} == {"req-7"}
    assert len({row.event_id for row in rows}) == 3


def test_one_bad_event_undoes_its_whole_batch(aapl, world, user_id, published, deliver_many) -> None:
    good, unknown = world.order(user_id), world.order(user_id)
    unknown.id = new_id()
    with pytest.raises(Order.DoesNotExist):
        deliver_many([world.hold_placed(good), world.hold_placed(unknown)])
    assert fresh(good).status == "accepted"
    assert not published(trading.OrderSubmittedV2)
    assert deliver_many([world.hold_placed(good)]) == 1  # alone, as the consumer tries next


def test_it_is_a_handful_of_statements_however_many_there_are(
    aapl, world, user_id, deliver_many, django_assert_num_queries
) -> None:
    few, many = ([world.order(user_id) for _ in range(count)] for count in (2, 40))
    for orders in (few, many):
        # begin; inbox goes with lock; orders, history and outbox with commit
        with django_assert_num_queries(3):
            deliver_many([world.hold_placed(order) for order in orders])
