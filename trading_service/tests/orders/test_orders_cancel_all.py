"""orders_cancel_request: all open orders are canceled at once."""

from __future__ import annotations

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.orders.models import Order
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db

PATH = "/api/v1/orders/cancel-all"


def ids(*orders: Order) -> list[str]:
    return sorted(str(order.id) for order in orders)


def test_a_cancel_of_every_open_order_is_requested_once(aapl, world, user_id, published, api) -> None:
    world.list_instrument("MSFT")
    mine = [
        world.order(user_id),
        world.limit(user_id),
        world.limit(user_id, ticker="MSFT"),
        world.working(user_id, quantity=3),
    ]
    world.request_cancel(mine[3])
    world.filled(user_id)
    other = world.limit(new_id())
    answer = api(user_id).post(PATH, {})
    assert (answer.status_code, answer.json()) == (202, {"ids": ids(*mine)})
    # again: the same orders, and nothing is asked twice
    assert api(user_id).post(PATH).json() == {"ids": ids(*mine)}
    cancel_requests = published(trading.OrderCancelRequested)
    assert sorted(str(event.order_id) for event in cancel_requests) == ids(*mine)
    assert fresh(other).cancel_requested_at is None
    for order in mine:
        world.cancel(order)
    assert api(user_id).post(PATH, {}).json() == {"ids": []}


def test_only_those_of_an_instrument(aapl, world, user_id, published, api) -> None:
    world.list_instrument("MSFT")
    apples, other = world.limit(user_id), world.limit(user_id, ticker="MSFT")
    assert api(user_id).post(PATH, {"ticker": "aapl"}).json() == {"ids": ids(apples)}
    assert fresh(other).cancel_requested_at is None
    refused = api(user_id).post(PATH, {"ticker": "NOPE"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "ticker")
    assert api(user_id).post(PATH, {"tickers": "AAPL"}).json()["errors"][0]["code"] == "unknown_field"


def test_two_hundred_are_a_handful_of_statements(
    aapl, world, user_id, api, django_assert_max_num_queries
) -> None:
    few = [world.limit(user_id, quantity=1) for _ in range(30)]
    with django_assert_max_num_queries(6):
        assert len(api(user_id).post(PATH, {}).json()["ids"]) == len(few)


@pytest.mark.django_db(transaction=True)
def test_at_once_beside_fills(aapl, world, user_id, api, published) -> None:
    orders = [world.limit(user_id, quantity=1) for _ in range(10)]
    fills = [lambda order=order: world.execute(order, liquidity="maker") for order in orders]
    everything = [lambda: api(user_id).post(PATH, {})] * 5
    outcomes = at_once([*fills[:5], *everything, *fills[5:]], threads=5)
    assert {o if isinstance(o, bool) else o.status_code for o in outcomes} == {True, 202}
    assert {fresh(order).status for order in orders} == {"filled"}
    cancel_requests = [event.order_id for event in published(trading.OrderCancelRequested)]
    assert len(cancel_requests) == len(set(cancel_requests))
