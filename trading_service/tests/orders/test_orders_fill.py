"""orders_fill: the venue has executed an order."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import FINAL, Fill, OrderDeadline
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

LONG_AGO = datetime(2013, 2, 28, 15, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_a_buy_is_filled_and_the_position_grows(aapl, world, user_id, published, api) -> None:
    # given an order at the venue; when it is executed at 99.37
    order = world.working(user_id)
    fill_id = new_id()
    world.execute(order, price="99.37", fill_id=fill_id, market_time=LONG_AGO)
    # then 993.70 and the fee of 0.50 (0.49685) are booked
    (filled,) = published(trading.OrderFilledV2)
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
            "liquidity": "taker",
            "executed_at": "2025-01-31T12:00:00Z",
            "market_time": "2013-02-28T15:30:00Z",
        }
    ]
    assert [(row["from_status"], row["to_status"], row["cause"]) for row in body["history"]] == [
        (None, "accepted", "customer"),
        ("accepted", "working", "billing.hold.placed.v1"),
        ("working", "filled", "market.order.executed.v2"),
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
    assert position.realized_pnl == 3 * (9_901 - 5) - 166


def test_the_same_fill_by_another_event_changes_nothing(aapl, world, user_id, published) -> None:
    order = world.working(user_id)
    fill_id = new_id()
    world.execute(order, fill_id=fill_id)
    world.execute(order, fill_id=fill_id)
    assert Fill.objects.count() == 1
    assert Position.objects.get().quantity == 10
    assert len(published(trading.OrderFilledV2)) == 1


@pytest.mark.parametrize("end", ["refuse", "cancel", "execute"])
def test_an_execution_that_contradicts_the_end_is_never_dropped_silently(
    aapl, world, user_id, end: str
) -> None:
    order = world.working(user_id)
    getattr(world, end)(order)
    ended = fresh(order)
    assert ended.status in FINAL
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
    assert [fill.final for fill in published(trading.OrderFilledV2)] == [False, False, True]
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


def test_many_at_once_buys_and_sells_of_several_positions(aapl, world, published, deliver_many) -> None:
    # given two customers with twenty units each (2000.00 + 1.00), who sell some and buy some more
    msft = world.list_instrument("MSFT")
    anna, boris = new_id(), new_id()
    for who in (anna, boris):
        world.filled(who, quantity=20)
    orders = [
        world.working(anna, side="sell", quantity=5),
        world.working(anna, quantity=3),
        world.working(boris, side="sell", quantity=20),
        world.working(anna, ticker="MSFT", quantity=1),
        world.working(anna, side="sell", quantity=15),
    ]
    before = len(published(trading.OrderFilledV2))
    # when all are executed in one batch
    prices = ["110.00", "90.00", "100.00", "50.00", "120.00"]
    events = [world.executed(order, price=price) for order, price in zip(orders, prices, strict=True)]
    assert deliver_many(events) == 5
    # then each position has what it would have one by one: of Anna's AAPL 5 of 20 (cost 500.25) were
    # sold, 3 bought for 270.00 + 0.14, then 15 of 18 (1475.74 of 1770.89 rounded) sold
    rows = Position.objects.values_list("user_id", "instrument_id", "quantity", "held_quantity", "cost_basis")
    cost = 200_100 - 50_025 + 27_014
    cost -= round(cost * 15 / 18)
    assert set(rows) == {
        (anna, aapl.instrument_id, 3, 0, cost),
        (anna, msft.instrument_id, 1, 0, 5_003),
        (boris, aapl.instrument_id, 0, 0, 0),
    }
    assert [event.order_id for event in published(trading.OrderFilledV2)[before:]] == [o.id for o in orders]
    assert not OrderDeadline.objects.exists()


def test_one_conflict_undoes_its_whole_batch(aapl, world, user_id, deliver_many) -> None:
    good, bad = world.working(user_id), world.working(user_id)
    world.refuse(bad)
    with pytest.raises(ExecutionConflict):
        deliver_many([world.executed(good), world.executed(bad)])
    assert not Fill.objects.exists()
    assert not Position.objects.exists()
    assert deliver_many([world.executed(good)]) == 1


def test_it_is_a_handful_of_statements_however_many_there_are(
    aapl, world, user_id, deliver_many, django_assert_num_queries
) -> None:
    world.filled(user_id)
    few, many = ([world.working(user_id, quantity=1) for _ in range(count)] for count in (2, 40))
    for orders in (few, many):
        # begin; inbox goes with lock; fills, orders, history and deadlines with lock positions; positions and
        # outbox with commit
        with django_assert_num_queries(4):
            deliver_many([world.executed(order) for order in orders])


def test_two_hundred_fills_of_one_order_are_one_call(
    aapl, world, user_id, deliver_many, published, django_assert_num_queries
) -> None:
    order, other = world.working(user_id, quantity=200), world.working(user_id, quantity=1)
    world.filled(user_id)
    fills = [world.executed(order, quantity=1, price=f"{99 + number % 3}.01") for number in range(200)]
    # begin; inbox with lock; lock positions; commit: as for one
    with django_assert_num_queries(4):
        deliver_many([*((fill, place) for place, fill in enumerate(fills, 1)), world.executed(other)])
    # and each is what it would be alone: its own row, event, place in the history
    filled = [event for event in published(trading.OrderFilledV2) if event.order_id == order.id]
    assert [event.fill_id for event in filled] == [fill.fill_id for fill in fills]
    assert [event.final for event in filled] == [False] * 199 + [True]
    ended = fresh(order)
    assert (ended.status, ended.filled_quantity, ended.version) == ("filled", 200, order.version + 200)
    assert sum(event.amount for event in filled) == ended.amount == 2_000_200 - 100
    assert sum(event.fee for event in filled) == ended.fee
    history = list(ended.history.order_by("sequence").values_list("sequence", "to_status"))[2:]
    assert history == [(3 + n, "filled" if n == 199 else "partially_filled") for n in range(200)]
    assert Position.objects.get().quantity == 10 + 200 + 1


def test_one_fill_delivered_twice_in_one_call_is_booked_once(
    aapl, world, user_id, deliver_many, published
) -> None:
    order, fill_id = world.working(user_id), new_id()
    again = [(world.executed(order, quantity=4, fill_id=fill_id), place) for place in (1, 2)]
    assert deliver_many([*again, (world.executed(order, quantity=6), 3)]) == 3
    assert [event.quantity for event in published(trading.OrderFilledV2)] == [4, 6]
    assert Position.objects.get().quantity == 10
