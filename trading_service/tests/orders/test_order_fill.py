"""order_fill: the venue has executed an order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Fill
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_a_buy_is_filled_and_the_position_grows(aapl, world, user_id, published, api) -> None:
    # given an order at the venue; when it is executed at 99.37
    order = world.working(user_id)
    fill_id = new_id()
    world.execute(order, price="99.37", fill_id=fill_id)
    # then 993.70 and the fee of 0.50 (0.49685) are booked
    (filled,) = published(trading.OrderFilled)
    assert (filled.fill_id, filled.amount, filled.fee, filled.final) == (fill_id, 99_370, 50, True)
    assert filled.price == Decimal("99.37")
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity, position.cost_basis) == (10, 0, 99_420)
    # and the customer sees it
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (body["status"], body["filled_quantity"], body["average_price"]) == ("filled", 10, "99.37")
    assert (body["amount"], body["fee"]) == ("993.70", "0.50")
    assert body["fills"] == [
        {
            "id": str(fill_id),
            "quantity": 10,
            "price": "99.37",
            "amount": "993.70",
            "fee": "0.50",
            "currency": "USD",
            "executed_at": "2025-01-31T12:00:00Z",
        }
    ]
    assert [(row["from_status"], row["to_status"], row["cause"]) for row in body["history"]] == [
        (None, "accepted", "customer"),
        ("accepted", "working", "billing.hold.placed.v1"),
        ("working", "filled", "market.order.executed.v1"),
    ]


def test_a_sell_realizes_its_profit(aapl, world, user_id) -> None:
    # given ten units that cost 1000.00 + 0.50; when four are sold at 110.00
    world.filled(user_id)
    world.filled(user_id, side="sell", quantity=4, price="110.00")
    # then 440.00 − 0.22 − 400.20 is realized
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (6, 0)
    assert (position.cost_basis, position.realized_pnl) == (60_030, 43_978 - 40_020)


def test_the_last_unit_takes_all_that_is_left_of_the_cost(aapl, world, user_id) -> None:
    world.filled(user_id, quantity=3, price="0.55")
    for _ in range(3):
        world.filled(user_id, side="sell", quantity=1, price="99.01")
    position = Position.objects.get()
    assert (position.quantity, position.cost_basis) == (0, 0)
    assert position.realized_pnl == 3 * (9_901 - 5) - 165


def test_the_same_fill_by_another_event_changes_nothing(aapl, world, user_id, published) -> None:
    order = world.working(user_id)
    fill_id = new_id()
    world.execute(order, fill_id=fill_id)
    world.execute(order, fill_id=fill_id)
    assert Fill.objects.count() == 1
    assert Position.objects.get().quantity == 10
    assert len(published(trading.OrderFilled)) == 1


@pytest.mark.parametrize("end", ["refuse", "cancel", "execute"])
def test_an_execution_that_contradicts_the_end_is_never_dropped_silently(
    aapl, world, user_id, end: str
) -> None:
    order = world.working(user_id)
    getattr(world, end)(order)
    ended = fresh(order)
    with pytest.raises(ExecutionConflict):
        world.execute(order)
    assert fresh(order).version == ended.version


def test_an_order_may_be_filled_in_parts(aapl, world, user_id, published, api) -> None:
    order = world.working(user_id)
    world.execute(order, quantity=4, price="100.00")
    part = fresh(order)
    assert (part.status, part.filled_quantity) == ("partially_filled", 4)
    world.execute(order, quantity=3, price="100.01")
    world.execute(order, quantity=3, price="100.02")
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (body["status"], body["average_price"], body["amount"]) == ("filled", "100.01", "1000.09")
    assert [fill.final for fill in published(trading.OrderFilled)] == [False, False, True]
    assert [row["to_status"] for row in body["history"]][2:] == [
        "partially_filled",
        "partially_filled",
        "filled",
    ]


def test_more_than_was_ordered_cannot_be_filled(aapl, world, user_id) -> None:
    order = world.working(user_id)
    with pytest.raises(ExecutionConflict):
        world.execute(order, quantity=11)
    assert not Fill.objects.exists()
