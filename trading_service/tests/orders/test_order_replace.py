"""order_replace_request and orders_replace: another order in an order's place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.orders.models import Order, OrderReplacement
from trading_service.orders.tasks import orders_sweep
from trading_service.positions.models import Position
from trading_service.tests.conftest import World, fresh, overdue

pytestmark = pytest.mark.django_db


def replace(world: World, order: Order, *, key: str = "", **wish: Any) -> Any:
    """POST /orders/{id}/replace."""
    client = world.api(order.user_id, idempotency_key=key or str(new_id()))
    return client.post(f"/api/v1/orders/{order.id}/replace", wish)


def replace_until_answered(world: World, order: Order) -> Any:
    """The same, asked for again while its order is locked for longer than a request waits."""
    while (answer := replace(world, order, quantity=7)).status_code == 503:
        pass
    return answer


def successor(order: Order) -> Order:
    """The order that took its place."""
    found = fresh(order).replaced_by
    assert found is not None
    return Order.objects.get(id=found)


def test_while_the_instrument_is_halted_the_order_stays(aapl, world, user_id, published) -> None:
    order = world.limit(user_id)
    world.list_instrument(instrument_id=aapl.instrument_id, sequence=2, status="halted")
    answer = replace(world, order, quantity=7)
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_replaceable")
    assert "halted" in answer.json()["detail"]
    assert (fresh(order).cancel_requested_at, published(trading.OrderCancelRequested)) == (None, [])
    world.list_instrument(instrument_id=aapl.instrument_id, sequence=3)
    assert replace(world, order, quantity=7).status_code == 202


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_what_is_left_is_ordered_anew(aapl, world, user_id, published, api, side: str) -> None:
    # given an order of which four of ten are filled
    world.filled(user_id, quantity=20)
    order = world.limit(user_id, side=side)
    world.execute(order, quantity=4, liquidity="maker")
    # when its customer wants twelve in all at another limit
    answer = replace(world, order, key="the-key", quantity=12, limit_price="101.50")
    body = answer.json()
    assert answer.status_code == 202
    assert (body["id"], body["status"], body["quantity"]) == (str(order.id), "partially_filled", 10)
    assert body["replaced_by"] is not None
    (cancel_requested,) = published(trading.OrderCancelRequested)
    assert cancel_requested.order_id == order.id
    assert not Order.objects.filter(id=body["replaced_by"]).exists()
    # and the venue gives the old one back
    before = len(published())
    world.cancel(order)
    # then it is canceled, and there is one for eight
    new = successor(order)
    assert (
        str(new.id)
        == body["replaced_by"]
        == api(user_id).get(f"/api/v1/orders/{order.id}").json()["replaced_by"]
    )
    assert (new.quantity, new.limit_price, new.cap_price) == (8, Decimal("101.50"), Decimal("101.50"))
    assert (new.client_order_id, new.side, new.time_in_force) == ("the-key", side, "gtc")
    types = [type(event) for event in published()[before:]]
    (canceled,) = published(trading.OrderCanceledV2)
    assert canceled.replaced_by == new.id
    if side == "buy":
        assert (new.status, new.hold_amount) == ("accepted", 81_200 + 41)
        assert types == [trading.OrderCanceledV2, trading.OrderPlacedV2]
    else:
        assert (new.status, Position.objects.get().held_quantity) == ("working", 8)
        assert types == [trading.OrderCanceledV2, trading.OrderPlacedV2, trading.OrderSubmittedV2]
    assert (fresh(order).status, fresh(order).filled_quantity) == ("canceled", 4)


@pytest.mark.parametrize("side", ["sell"])
def test_more_than_is_owned_is_rejected_then(aapl, world, user_id, side: str) -> None:
    world.filled(user_id)
    order = world.limit(user_id, side=side)
    replace(world, order, quantity=11)
    world.cancel(order)
    assert (successor(order).status, successor(order).reject_code) == ("rejected", "insufficient_position")
    assert Position.objects.get().held_quantity == 0


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({}, "replacement_unchanged", ""),
        ({"quantity": 10}, "replacement_unchanged", ""),
        ({"quantity": 10, "limit_price": "100.00"}, "replacement_unchanged", ""),
        ({"quantity": 4}, "quantity_already_filled", "quantity"),
        ({"quantity": 3}, "quantity_already_filled", "quantity"),
        ({"quantity": 0}, "quantity_invalid", "quantity"),
        ({"quantity": "9"}, "quantity_invalid", "quantity"),
        ({"limit_price": "100.005"}, "price_step_invalid", "limit_price"),
        ({"limit_price": "0"}, "price_step_invalid", "limit_price"),
        ({"limit_price": "NaN"}, "price_step_invalid", "limit_price"),
        ({"limit_price": "1" + "0" * 30}, "price_step_invalid", "limit_price"),
        ({"limit_price": "120.01"}, "limit_too_far", "limit_price"),
        ({"limit_price": "79.99"}, "limit_too_far", "limit_price"),
        ({"side": "sell"}, "unknown_field", "side"),
    ],
    ids=str,
)
def test_what_makes_no_sense_changes_nothing(
    aapl, world, user_id, published, wish: dict[str, Any], code: str, field: str
) -> None:
    order = world.limit(user_id)
    world.execute(order, quantity=4, liquidity="maker")
    before = fresh(order)
    answer = replace(world, order, **wish)
    assert answer.status_code == 400, answer.json()
    errors = [(error["field"], error["code"]) for error in answer.json().get("errors", [])]
    assert errors == [(field, code)] if field else answer.json()["code"] == code
    assert (fresh(order).version, fresh(order).cancel_requested_at) == (before.version, None)
    assert not published(trading.OrderCancelRequested)
    assert not OrderReplacement.objects.exists()


def test_the_refusal_says_how_much_is_filled(aapl, world, user_id, api) -> None:
    order = world.limit(user_id)
    world.execute(order, quantity=4, liquidity="maker")
    assert replace(world, order, quantity=3).json()["detail"] == (
        "4 of the order are filled already, so it cannot be replaced by one for 3 in all."
    )
    client = api(user_id, accept_language="ru", idempotency_key="k")
    assert (
        "уже исполнено 4"
        in client.post(f"/api/v1/orders/{order.id}/replace", {"quantity": 3}).json()["detail"]
    )


def test_a_quantity_off_the_lot(world, user_id) -> None:
    listed = world.list_instrument(lot_size=10)
    order = world.limit(user_id, quantity=20)
    assert replace(world, order, quantity=15).json()["errors"][0]["code"] == "lot_size_invalid"
    # what is left of the quantity that was ordered may be odd: it is what it is
    world.list_instrument(instrument_id=listed.instrument_id, lot_size=8, sequence=2)
    assert replace(world, order, limit_price="99.00").status_code == 202
    world.cancel(order)
    assert successor(order).quantity == 20


@pytest.mark.parametrize("end", ["execute", "refuse", "cancel", "end_day"])
def test_an_order_that_has_ended(aapl, world, user_id, end: str) -> None:
    order = world.working(user_id, type="limit", limit_price="100.00")
    getattr(world, end)(order)
    answer = replace(world, order, quantity=12)
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_replaceable")


def test_one_that_is_being_canceled_and_a_market_order(aapl, world, user_id) -> None:
    being_canceled, replaced = world.limit(user_id), world.limit(user_id)
    world.request_cancel(being_canceled)
    replace(world, replaced, quantity=12)
    for order in (being_canceled, replaced, world.working(user_id)):
        answer = replace(world, order, quantity=13)
        assert (answer.status_code, answer.json()["code"]) == (409, "order_not_replaceable")


def test_somebody_elses_order_is_not_there(aapl, world, user_id, api) -> None:
    order = world.limit(user_id)
    path = f"/api/v1/orders/{order.id}/replace"
    answer = api(new_id(), idempotency_key="k").post(path, {"quantity": 12})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert api(idempotency_key="k").post(path, {"quantity": 12}).status_code == 401
    assert api(user_id).post(path, {"quantity": 12}).json()["code"] == "idempotency_key_missing"


def test_the_same_key_gives_the_first_answer_again(aapl, world, user_id, published) -> None:
    order = world.limit(user_id)
    first = replace(world, order, key="once", quantity=12)
    world.cancel(order)
    again = replace(world, order, key="once", quantity=12)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert replace(world, order, key="once", quantity=13).json()["code"] == "idempotency_key_reused"
    assert len(published(trading.OrderCancelRequested)) == 1
    assert Order.objects.count() == 2
    # and the key is the new order's: none can be placed under it
    assert world.post(user_id, key="once").json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("end", ["filled", "filled_enough", "day_ended", "self_trade"])
def test_if_it_ends_otherwise_there_is_no_other(aapl, world, user_id, api, end: str) -> None:
    order = world.limit(user_id)
    assert replace(world, order, quantity=5).status_code == 202
    if end == "filled":
        world.execute(order, liquidity="maker")
    elif end == "filled_enough":
        world.execute(order, quantity=5, liquidity="maker")
        world.cancel(order)
    elif end == "day_ended":
        world.end_day(order)
    else:
        world.cancel(order, reason="self_trade")
    assert api(user_id).get(f"/api/v1/orders/{order.id}").json()["replaced_by"] is None
    assert Order.objects.count() == 1


def test_filled_further_meanwhile_leaves_less(aapl, world, user_id) -> None:
    order = world.limit(user_id)
    replace(world, order, quantity=8)
    world.execute(order, quantity=3, liquidity="maker")
    world.cancel(order)
    assert successor(order).quantity == 5


def test_billing_says_nothing(aapl, world, user_id) -> None:
    """An order that is only accepted is ended by the sweep, and its successor waits for billing anew."""
    order = world.order(user_id, type="limit", limit_price="100.00")
    replace(world, order, limit_price="99.00")
    overdue(order)
    assert orders_sweep() == 1
    assert (fresh(order).status, successor(order).status) == ("canceled", "accepted")


def test_the_new_order_counts_as_one_more(aapl, world, user_id, settings) -> None:
    settings.ORDERS_A_DAY = 2
    first, second = world.limit(user_id), world.limit(user_id)
    answer = replace(world, first, quantity=12)
    assert (answer.status_code, answer.json()["code"]) == (429, "order_quota_exceeded")
    settings.ORDERS_A_DAY = 3
    assert replace(world, first, quantity=12).status_code == 202
    world.cancel(first)
    assert replace(world, second, quantity=12).status_code == 429


def test_a_limit_of_resting_orders_does_not_keep_one_from_being_replaced(
    aapl, world, user_id, settings
) -> None:
    settings.OPEN_ORDERS = 1
    order = world.limit(user_id)
    replace(world, order, quantity=12)
    world.cancel(order)
    assert successor(order).status == "accepted"


@pytest.mark.django_db(transaction=True)
def test_a_replace_against_a_fill_and_another_replace(aapl, world, user_id) -> None:
    """Whatever wins, no more is filled and ordered than was wanted."""
    world.filled(user_id, quantity=100)
    orders = [world.limit(user_id, side="sell", quantity=5) for _ in range(10)]
    fills = [lambda order=order: world.execute(order, liquidity="maker") for order in orders]
    wishes = [lambda order=order: replace_until_answered(world, order) for order in orders for _ in range(2)]
    outcomes = at_once([call for trio in zip(fills, wishes[::2], wishes[1::2], strict=True) for call in trio])
    codes = [outcome.status_code for outcome in outcomes if not isinstance(outcome, bool)]
    assert set(codes) <= {202, 409}
    assert {fresh(order).status for order in orders} == {"filled"}
    assert {fresh(order).replaced_by for order in orders} == {None}
    assert OrderReplacement.objects.count() == codes.count(202) <= 10
    assert Position.objects.get().held_quantity == 0
