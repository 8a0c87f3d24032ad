"""orders_cancel: the venue has taken orders back."""

from __future__ import annotations

import pytest

from servicekit.contracts import trading
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_the_venue_cancels_it(aapl, world, user_id, published, api) -> None:
    order = world.working(user_id)
    api(user_id).post(f"/api/v1/orders/{order.id}/cancel")
    world.cancel(order)
    (canceled,) = published(trading.OrderCanceledV2)
    assert (canceled.order_id, canceled.quantity, canceled.filled_quantity) == (order.id, 10, 0)
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert body["status"] == "canceled"
    assert body["history"][-1]["cause"] == "market.order.canceled.v2"


def test_a_canceled_sell_releases_what_is_not_filled(aapl, world, user_id, published) -> None:
    world.filled(user_id)
    order = world.working(user_id, side="sell", quantity=5)
    world.execute(order, quantity=2)
    world.request_cancel(order)
    world.cancel(order)
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (8, 0)
    assert published(trading.OrderCanceledV2)[0].filled_quantity == 2


def test_many_canceled_at_once(aapl, world, user_id, published, deliver_many) -> None:
    world.filled(user_id)
    orders = [world.working(user_id, side=side, quantity=2) for side in ("buy", "sell", "sell")]
    for order in orders[:2]:
        world.request_cancel(order)
    assert deliver_many([world.canceled(order) for order in orders]) == 3
    # the third was not canceled by its customer: its time was over
    assert [fresh(order).status for order in orders] == ["canceled", "canceled", "expired"]
    assert [event.order_id for event in published(trading.OrderCanceledV2)] == [o.id for o in orders[:2]]
    assert [event.order_id for event in published(trading.OrderExpired)] == [orders[2].id]
    assert Position.objects.get().held_quantity == 0
