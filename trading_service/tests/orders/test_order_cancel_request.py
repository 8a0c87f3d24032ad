"""order_cancel_request: a customer asks for an open order back."""

from __future__ import annotations

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["order", "working"])
def test_a_cancel_of_an_open_order_is_requested_once(
    aapl, world, user_id, published, api, state: str
) -> None:
    order = getattr(world, state)(user_id)
    for _ in range(2):
        answer = api(user_id).post(f"/api/v1/orders/{order.id}/cancel")
        assert answer.status_code == 202
        assert answer.json()["status"] == order.status
        assert answer.json()["cancel_requested_at"] is not None
    (requested,) = published(trading.OrderCancelRequested)
    assert (requested.order_id, requested.user_id) == (order.id, user_id)
    assert fresh(order).version == order.version + 1


@pytest.mark.parametrize("end", ["execute", "refuse", "cancel"])
def test_a_final_order_is_not_cancelable(aapl, world, user_id, published, api, end: str) -> None:
    order = world.working(user_id)
    getattr(world, end)(order)
    answer = api(user_id).post(f"/api/v1/orders/{order.id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_cancelable")
    assert not published(trading.OrderCancelRequested)


def test_somebody_elses_order_is_not_there(aapl, world, user_id, published, api) -> None:
    order = world.working(user_id)
    answer = api(new_id()).post(f"/api/v1/orders/{order.id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert api().post(f"/api/v1/orders/{order.id}/cancel").status_code == 401
    assert not published(trading.OrderCancelRequested)
