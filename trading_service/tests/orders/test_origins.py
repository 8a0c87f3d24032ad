"""Each order of a batch goes on under the id and the trace of its own request, by events and by the sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from servicekit.contracts import billing, market
from servicekit.ids import new_id
from servicekit.messaging.models import OutboxEvent
from servicekit.telemetry import Origin
from servicekit.testing.origins import published_origins, some_origins
from trading_service.orders.models import Order, OrderTransition
from trading_service.orders.tasks import orders_sweep
from trading_service.tests.conftest import World, overdue

pytestmark = pytest.mark.django_db

COUNT = 6


def _declined(order: Order) -> billing.HoldDeclined:
    return billing.HoldDeclined(
        order_id=order.id, user_id=order.user_id, code="insufficient_funds", required=2, available=1,
        currency="USD",
    )  # fmt: skip


def _acting_for(world: World, click: Origin) -> World:
    """The world, in which whoever asks the API does so in one request."""
    names = {
        "x_request_id": click.request_id,
        "traceparent": click.traceparent,
        "tracestate": click.tracestate,
    }
    return World(world.deliver, lambda user_id, **headers: world.api(user_id, **headers, **names))


STEPS: dict[str, tuple[str, Callable[[World, Order], Any]]] = {
    "submitted": ("order", World.hold_placed),
    "declined": ("order", lambda world, order: _declined(order)),
    "refused": ("working", World.refused),
    "executed": ("working", World.executed),
    "canceled": ("working", World.canceled),
}


@pytest.mark.parametrize("step", STEPS)
def test_what_a_batch_says_of_an_order_carries_its_own(aapl, world, user_id, deliver_many, step) -> None:
    state, make = STEPS[step]
    orders = [getattr(world, state)(user_id) for _ in range(COUNT)]
    before = OutboxEvent.objects.count()
    clicks = some_origins(COUNT)
    assert deliver_many([make(world, order) for order in orders], origins=clicks) == COUNT
    origins = [(subject, origin) for _, subject, origin in published_origins()[before:]]
    assert origins == [(f"order/{order.id}", click) for order, click in zip(orders, clicks, strict=True)]
    for order, click in zip(orders, clicks, strict=True):
        assert order.history.latest("sequence").request_id == click.request_id


def test_many_fills_of_one_order_each_carry_their_own(aapl, world, user_id, deliver_many) -> None:
    order = world.working(user_id)
    before, clicks = OutboxEvent.objects.count(), some_origins(10)
    fills: list[tuple[market.OrderExecutedV2, int]] = [
        (world.executed(order, quantity=1), place) for place in range(1, 11)
    ]
    deliver_many(fills, origins=clicks)
    assert [origin for *_, origin in published_origins()[before:]] == clicks


@pytest.mark.parametrize("state", ["order", "working"])
def test_what_the_sweep_says_carries_what_placed_the_order(aapl, world, state) -> None:
    """One that billing did not answer ends; a cancel of one at the venue is requested."""
    clicks = some_origins(COUNT)
    orders = []
    for click in clicks:
        orders.append(getattr(_acting_for(world, click), state)(new_id()))
    overdue(*orders)
    before = OutboxEvent.objects.count()
    assert orders_sweep() == COUNT
    origins = {subject: origin for _, subject, origin in published_origins()[before:]}
    assert origins == {f"order/{order.id}": click for order, click in zip(orders, clicks, strict=True)}
    if state == "order":
        rows = OrderTransition.objects.filter(cause="deadline").values_list("order_id", "request_id")
        assert dict(rows) == {o.id: click.request_id for o, click in zip(orders, clicks, strict=True)}


def test_the_id_is_known_when_the_outbox_has_forgotten(aapl, world) -> None:
    (click,) = some_origins(1)
    order = _acting_for(world, click).order(new_id())
    OutboxEvent.objects.all().delete()
    overdue(order)
    assert orders_sweep() == 1
    assert [origin for *_, origin in published_origins()] == [Origin(click.request_id)]
