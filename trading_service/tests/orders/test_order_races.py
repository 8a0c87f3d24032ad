"""What many at once may not break: threads against a real PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from servicekit.contracts import trading
from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Fill, Order
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_hundred_submits_with_one_key_make_one_order(aapl, world, user_id, published) -> None:
    answers = at_once([lambda: world.post(user_id, key="the-key")] * 200, threads=20)
    assert len(answers) == 200
    assert Order.objects.count() == 1
    assert len(published(trading.OrderPlacedV2)) == 1
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {
        str(Order.objects.get().id)
    }
    assert sum("Idempotency-Replayed" not in answer for answer in answers if answer.status_code == 201) == 1


def test_two_sells_of_the_same_units_have_one_winner(aapl, world, user_id) -> None:
    world.filled(user_id)
    answers = at_once([lambda: world.post(user_id, side="sell", quantity=10)] * 2, threads=2)
    assert sorted(answer.json()["status"] for answer in answers) == ["rejected", "working"]
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (10, 10)


def test_forty_sells_hold_exactly_what_there_is(aapl, world, user_id) -> None:
    world.filled(user_id)
    answers = at_once([lambda: world.post(user_id, side="sell", quantity=1)] * 40)
    statuses = Counter(answer.json()["status"] for answer in answers)
    assert statuses == {"working": 10, "rejected": 30}
    assert Position.objects.get().held_quantity == 10


def test_an_execution_against_a_cancel_has_one_winner(aapl, world, user_id) -> None:
    world.filled(user_id, quantity=20)
    orders = [world.working(user_id, side="sell", quantity=1) for _ in range(10)]
    for order in orders:
        world.request_cancel(order)
    calls = [call for order in orders for call in (_bind(world.execute, order), _bind(world.cancel, order))]
    outcomes = at_once(calls, threads=10)
    assert {type(outcome) for outcome in outcomes} <= {bool, ExecutionConflict}
    ends = Counter(fresh(order).status for order in orders)
    assert set(ends) <= {"filled", "canceled"}
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (20 - ends["filled"], 0)
    assert Fill.objects.filter(order__in=orders).count() == ends["filled"]


def test_a_cancel_request_against_an_execution(aapl, world, user_id, api, published) -> None:
    orders = [world.working(user_id, quantity=1) for _ in range(10)]
    cancels = [_bind(lambda order: api(user_id).post(f"/api/v1/orders/{order.id}/cancel"), o) for o in orders]
    executions = [_bind(world.execute, order) for order in orders]
    outcomes = at_once([call for pair in zip(cancels, executions, strict=True) for call in pair])
    codes = Counter(outcome.status_code for outcome in outcomes if not isinstance(outcome, bool))
    assert set(codes) <= {202, 409}
    assert codes[202] == len(published(trading.OrderCancelRequested))
    assert {fresh(order).status for order in orders} == {"filled"}


def test_one_event_delivered_by_many_at_once_acts_once(aapl, world, user_id, published) -> None:
    order = world.working(user_id)
    event_id, fill_id = new_id(), new_id()
    outcomes = at_once([lambda: world.execute(order, fill_id=fill_id, id=event_id)] * 10)
    assert Counter(outcomes) == {True: 1, False: 9}
    assert len(published(trading.OrderFilledV2)) == 1
    assert Position.objects.get().quantity == 10


def test_first_fills_of_one_position_add_up(aapl, world, user_id) -> None:
    orders = [world.working(user_id, quantity=3) for _ in range(10)]
    at_once([_bind(world.execute, order) for order in orders])
    position = Position.objects.get()
    assert (position.quantity, position.cost_basis) == (30, 10 * (30_000 + 15))


def test_batches_of_the_same_orders_in_any_order(aapl, world, user_id, deliver_many, published) -> None:
    """Several workers fill and cancel the same orders: each order ends once, and the books agree."""
    world.filled(user_id, quantity=40)
    orders = [world.working(user_id, side="sell", quantity=1) for _ in range(20)]
    for order in orders:
        world.request_cancel(order)
    fills = [[world.executed(order)] for order in orders]
    cancels = [world.canceled(order) for order in orders]
    batches = [*fills, cancels, cancels[::-1], cancels[5:15], cancels[10:]]
    outcomes = at_once([_bind(deliver_many, batch) for batch in batches], threads=6)
    allowed = int, ExecutionConflict, OperationalError  # a deadlock is one batch's to lose, and repeat
    assert all(isinstance(outcome, allowed) for outcome in outcomes), outcomes
    deliver_many(cancels)
    ends = Counter(fresh(order).status for order in orders)
    assert set(ends) <= {"filled", "canceled"}
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (40 - ends["filled"], 0)
    assert len(published(trading.OrderCanceledV2)) == ends["canceled"]
    assert Fill.objects.filter(order__in=orders).count() == ends["filled"]


def test_batches_of_fills_of_the_same_positions(aapl, world, deliver_many) -> None:
    """First buys and later ones of three customers, in batches that meet in every position."""
    users = [new_id() for _ in range(3)]
    orders = [world.working(users[number % 3], quantity=1) for number in range(36)]
    batches = [[world.executed(order) for order in orders[start::6]] for start in range(6)]
    assert at_once([_bind(deliver_many, batch) for batch in batches], threads=6) == [6] * 6
    assert set(Position.objects.values_list("quantity", "cost_basis")) == {(12, 12 * 10_005)}
    assert Position.objects.count() == 3


def _bind(call: Callable[[Any], Any], argument: Any) -> Callable[[], Any]:
    return lambda: call(argument)
