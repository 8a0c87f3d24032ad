"""orders_cancel: every way in which an order that rested ends."""

from __future__ import annotations

import itertools

import pytest

from servicekit.contracts import trading
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Order, OrderDeadline
from trading_service.orders.tasks import orders_sweep
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh, overdue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("filled", [0, 4])
@pytest.mark.parametrize(
    ("end", "status", "code"),
    [
        ("asked", "canceled", ""),
        ("unfilled", "canceled", "unfilled"),
        ("self_trade", "canceled", "self_trade"),
        ("operator", "canceled", "operator"),
        ("corporate_action", "canceled", "corporate_action"),
        ("end_day", "expired", "day_ended"),
        ("asked_but_its_day_ended", "expired", "day_ended"),
    ],
)
def test_every_end_releases_what_is_not_filled(
    aapl, world, user_id, published, api, side: str, filled: int, end: str, status: str, code: str
) -> None:
    if side == "sell":
        world.filled(user_id)
    order = world.limit(user_id, side=side)
    if filled:
        world.execute(order, quantity=filled, liquidity="maker")
    before = len(published())
    if end.startswith("asked"):
        world.request_cancel(order)
        before += 1
    if end.endswith("day") or end.endswith("day_ended"):
        world.end_day(order)
    else:
        world.cancel(order, reason=code, detail="Look at the news." if code == "operator" else "")
    (published_before,) = published()[before:]
    assert type(published_before) is (
        trading.OrderCanceledV2 if status == "canceled" else trading.OrderExpired
    )
    assert (published_before.code, published_before.quantity, published_before.filled_quantity) == (
        code,
        10,
        filled,
    )
    if code == "operator":
        assert published_before.detail == "Look at the news."
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (body["status"], body["remaining_quantity"]) == (status, 10 - filled)
    assert (body["reject_reason"] or {}).get("code", "") == code
    if code == "operator":
        assert body["reject_reason"]["detail"] == "The exchange canceled the order. Look at the news."
    if side == "sell":
        position = Position.objects.get()
        assert (position.quantity, position.held_quantity) == (10 - filled, 0)
    assert not OrderDeadline.objects.exists()


@pytest.mark.parametrize("end", ["cancel", "end_day"])
def test_an_end_that_knows_of_a_fill_that_is_not_booked_waits_for_a_person(
    aapl, world, user_id, end: str, monkeypatch
) -> None:
    """Ending it would leave units bought and never booked."""
    order = world.limit(user_id)
    lost = fresh(order)
    lost.filled_quantity = 4
    monkeypatch.setattr("trading_service.tests.conftest.fresh", lambda _: lost)
    with pytest.raises(ExecutionConflict):
        getattr(world, end)(order)
    assert fresh(order).status == "working"


def fall_due(order: Order) -> None:
    """Its deadline passes, and the sweep comes by."""
    overdue(order)
    orders_sweep()


EVENTS = {
    "fill": lambda world, order: world.execute(order, quantity=4, liquidity="maker"),
    "rest": lambda world, order: world.rest(order),
    "ask": lambda world, order: world.request_cancel(order),
    "due": lambda world, order: fall_due(order),
}


@pytest.mark.parametrize("order_of_events", list(itertools.permutations(EVENTS)), ids="-".join)
@pytest.mark.parametrize("end", ["fill_whole", "cancel", "end_day"])
def test_whatever_comes_in_whatever_order_it_ends_and_the_books_agree(
    aapl, world, user_id, published, order_of_events: tuple[str, ...], end: str
) -> None:
    world.filled(user_id, quantity=20)
    order = world.working(user_id, side="sell", type="limit", limit_price="100.00", time_in_force="gtc")
    for name in order_of_events:
        EVENTS[name](world, order)
    if end == "fill_whole":
        world.execute(order, quantity=6, liquidity="maker")
    else:
        getattr(world, end)(order)
    ended = fresh(order)
    expected = {"fill_whole": "filled", "cancel": "canceled", "end_day": "expired"}[end]
    sold = 10 if end == "fill_whole" else 4
    assert (ended.status, ended.filled_quantity) == (expected, sold)
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (20 - sold, 0)
    assert not OrderDeadline.objects.exists()
    # and once it has ended, everything that comes again changes nothing
    published_before = len(published())
    for late in (world.rest, world.refuse, world.cancel, world.cancel_whole, world.end_day):
        late(order)
    assert (fresh(order).version, len(published())) == (ended.version, published_before)
