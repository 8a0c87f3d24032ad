"""That ``saga.py`` is true: each step does exactly what its row says, from each state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from servicekit.ids import new_id
from trading_service.orders import saga, services
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import TRANSITIONS, Order, OrderDeadline, Status
from trading_service.orders.saga import Step
from trading_service.subscriptions import SUBSCRIPTIONS
from trading_service.tests.conftest import World, fresh, overdue


def expire(world: World, order: Order) -> None:
    """The order's time is over, if it has any left."""
    if OrderDeadline.objects.filter(order=order).exists():
        overdue(order)
    services.orders_expire()


def cancel_at_the_venue(world: World, order: Order) -> None:
    """The customer requests a cancel, and the venue confirms it."""
    world.request_cancel(order)
    world.cancel(order)


def left(order: Order) -> int:
    """What is left of an order to fill, or one unit too many."""
    return order.remaining_quantity or 1


def request_cancel(world: World, order: Order) -> None:
    """The customer requests a cancel, in whatever state."""
    world.api(order.user_id).post(f"/api/v1/orders/{order.id}/cancel")


def replace(world: World, order: Order) -> None:
    """The customer wants another limit, in whatever state."""
    client = world.api(order.user_id, idempotency_key=str(new_id()))
    client.post(f"/api/v1/orders/{order.id}/replace", {"limit_price": "99.00"})


#: How an order that was just accepted comes into a state.
WAYS: dict[Status, list[Callable[[World, Order], Any]]] = {
    Status.ACCEPTED: [],
    Status.WORKING: [World.hold],
    Status.PARTIALLY_FILLED: [World.hold, lambda world, order: world.execute(order, quantity=4)],
    Status.FILLED: [World.hold, World.execute],
    Status.REJECTED: [World.decline],
    Status.CANCELED: [cancel_at_the_venue],
    Status.EXPIRED: [expire],
}

#: How the causes of a step happen: every variant that may lead elsewhere.
HAPPENS: dict[str, list[list[Callable[[World, Order], Any]]]] = {
    "HOLD_PLACED": [[World.hold]],
    "HOLD_DECLINED": [[World.decline]],
    "EXECUTED": [
        [lambda world, order: world.execute(order, quantity=left(order))],
        [lambda world, order: world.execute(order, quantity=1)],
    ],
    "EXECUTED_WHOLE": [
        [lambda world, order: world.deliver(world.executed_whole(order, quantity=left(order)))],
        [lambda world, order: world.deliver(world.executed_whole(order, quantity=1))],
    ],
    "RESTED": [[World.rest]],
    "REFUSED": [[World.refuse]],
    "CANCEL_REQUESTED": [[request_cancel]],
    "REPLACE_REQUESTED": [[replace]],
    "CANCELED": [
        [World.cancel],
        [request_cancel, World.cancel],
        [lambda world, order: world.cancel(order, reason="unfilled")],
    ],
    "CANCELED_WHOLE": [[World.cancel_whole], [request_cancel, World.cancel_whole]],
    "DAY_ENDED": [[World.end_day], [request_cancel, World.end_day]],
    "HOLD_OVERDUE": [[expire], [request_cancel, expire]],
    "VENUE_OVERDUE": [[expire], [request_cancel, expire]],
}

#: The steps that make an order, each of which has a test of its own.
BEGINNINGS = {"PLACED", "REPLACED"}

NAMES = {id(step): name for name, step in vars(saga).items() if isinstance(step, Step)}


def test_the_list_has_every_step() -> None:
    assert {id(step) for step in saga.STEPS} == set(NAMES)
    assert HAPPENS.keys() | BEGINNINGS == set(NAMES.values())


@pytest.mark.django_db
@pytest.mark.parametrize("name", HAPPENS)
def test_a_step_does_exactly_what_its_row_says(aapl, world, user_id, published, name: str) -> None:
    step: Step = getattr(saga, name)
    entered: set[str] = set()
    published_types: set[type] = set()
    twins = {Status(s) for other in saga.STEPS if other.cause == step.cause for s in other.leaves}
    for status in Status:
        for variant in HAPPENS[name]:
            # given an order in the state
            order = world.order(user_id, type="limit", limit_price="100.00")
            for way in WAYS[status]:
                way(world, order)
            order = fresh(order)
            assert order.status == status
            *before, happens = variant
            for preparation in before:
                preparation(world, order)
            order, events = fresh(order), len(published())
            # when it happens
            try:
                happens(world, order)
            except ExecutionConflict:
                assert name in ("EXECUTED", "EXECUTED_WHOLE")
                assert status not in step.leaves
            # then it goes on as the row says, or nothing changes
            after, news = fresh(order), published()[events:]
            if status in step.leaves:
                published_types |= {type(event) for event in news}
                if step.enters:
                    entered.add(after.status)
                else:
                    assert after.status == status
                row = order.history.order_by("sequence").last()
                assert row.cause == step.cause or not step.enters
            elif status not in twins:  # a step of the same cause leaves from there
                assert (after.version, after.status, news) == (order.version, status, [])
    assert entered == step.enters
    assert published_types == set(step.emits)


@pytest.mark.django_db
def test_placing_does_exactly_what_its_row_says(aapl, world, user_id, published) -> None:
    world.filled(user_id)
    before = len(published())
    placed = [
        world.order(user_id),
        world.order(user_id, side="sell"),
        world.order(user_id, side="sell", quantity=11),
    ]
    assert {order.status for order in placed} == saga.PLACED.enters
    assert {type(event) for event in published()[before:]} == set(saga.PLACED.emits)
    assert {row.cause for order in placed for row in order.history.all()} == {saga.PLACED.cause}


@pytest.mark.django_db
def test_replacing_does_exactly_what_its_row_says(aapl, world, user_id, published) -> None:
    world.filled(user_id)
    before = len(published())
    old = [world.limit(user_id), *(world.limit(user_id, side="sell", quantity=4) for _ in range(2))]
    wanted: list[Order] = []
    for order, wish in zip(old, [{"limit_price": "99.00"}, {"quantity": 5}, {"quantity": 9}], strict=True):
        client = world.api(user_id, idempotency_key=str(new_id()))
        assert client.post(f"/api/v1/orders/{order.id}/replace", wish).status_code == 202
    before = len(published())
    for order in old:
        world.cancel(order)
        wanted.append(Order.objects.get(id=fresh(order).replaced_by))
    assert {order.status for order in wanted} == saga.REPLACED.enters
    published_types = {type(event) for event in published()[before:]} - set(saga.CANCELED.emits)
    assert published_types == set(saga.REPLACED.emits)
    assert {row.cause for order in wanted for row in order.history.all()} == {saga.REPLACED.cause}


def test_the_saga_allows_only_what_the_models_allow() -> None:
    for step in saga.STEPS:
        assert callable(getattr(services, step.use_case))
        for old in step.leaves:
            assert step.enters <= TRANSITIONS[old] | {old}
    assert set().union(*(step.enters for step in saga.STEPS)) == set(Status)


def test_every_event_that_moves_orders_is_in_the_saga_and_subscribed() -> None:
    causes = {step.cause for step in saga.STEPS} - {saga.CUSTOMER, saga.DEADLINE}
    subscribed = {
        contract.TYPE
        for contract, handler in SUBSCRIPTIONS.items()
        if handler.__module__ == "trading_service.orders.handlers"
    }
    assert causes == subscribed
