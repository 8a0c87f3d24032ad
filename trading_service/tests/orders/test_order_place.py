"""order_place: POST /api/v1/orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from trading_service.orders.models import Order, OrderTransition
from trading_service.positions.models import Position
from trading_service.reference.models import LatestQuote

pytestmark = pytest.mark.django_db


def test_a_buy_is_accepted_and_requests_a_hold_of_its_worst_cost(aapl, world, user_id, published) -> None:
    # given AAPL at 100.00; when somebody buys ten of it
    answer = world.post(user_id, key="my-key")
    # then the order is there before it is filled
    body = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/orders/{body['id']}"
    assert {key: body[key] for key in body if key not in ("id", "created_at", "updated_at")} == {
        "client_order_id": "my-key",
        "ticker": "AAPL",
        "side": "buy",
        "type": "market",
        "quantity": 10,
        "limit_price": None,
        "worst_price": None,
        "time_in_force": "day",
        "status": "accepted",
        "filled_quantity": 0,
        "remaining_quantity": 10,
        "average_price": None,
        "amount": "0.00",
        "fee": "0.00",
        "currency": "USD",
        "reject_reason": None,
        "rested_at": None,
        "expires_at": None,
        "cancel_requested_at": None,
        "replaced_by": None,
    }
    # and billing is asked for 101.00 × 10 and the fee of 0.05 % on it
    (placed,) = published()
    assert isinstance(placed, trading.OrderPlacedV2)
    assert placed.hold_amount == 101_000 + 51
    assert str(placed.order_id) == body["id"]
    order = Order.objects.get()
    assert (order.cap_price, order.hold_amount, order.version) == (Decimal("101.00"), 101_051, 1)
    row = OrderTransition.objects.get()
    assert (row.from_status, row.to_status, row.cause, row.sequence) == ("", "accepted", "customer", 1)
    assert row.request_id == order.request_id != ""


def test_a_sell_holds_the_units_and_goes_to_the_venue_at_once(aapl, world, user_id, published) -> None:
    # given ten units; when four are sold
    world.filled(user_id)
    before = len(published())
    order = world.order(user_id, side="sell", quantity=4)
    # then they are held, and placed and submitted are told together
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (10, 4)
    assert (order.status, order.version, order.hold_amount) == ("working", 2, 0)
    placed, submitted = published()[before:]
    assert (type(placed), placed.hold_amount) == (trading.OrderPlacedV2, 0)
    assert (type(submitted), submitted.cap_price) == (trading.OrderSubmittedV2, Decimal("99.00"))
    assert [row.to_status for row in order.history.order_by("sequence")] == ["accepted", "working"]


@pytest.mark.parametrize("owned", [0, 10])
def test_a_sell_of_more_than_is_free_becomes_a_rejected_order(aapl, world, user_id, published, owned) -> None:
    if owned:
        world.filled(user_id)
        world.order(user_id, side="sell", quantity=4)
    answer = world.post(user_id, side="sell", quantity=7)
    assert answer.status_code == 201
    body = answer.json()
    available = 6 if owned else 0
    assert body["status"] == "rejected"
    assert body["reject_reason"] == {
        "code": "insufficient_position",
        "detail": "6 can be sold; the order is for 7."
        if owned
        else "You do not own as much as the order sells.",
    }
    (rejected,) = published(trading.OrderRejected)
    assert (rejected.code, rejected.limit, rejected.value) == ("insufficient_position", str(available), "7")
    assert sum(Position.objects.values_list("held_quantity", flat=True)) == (4 if owned else 0)


def test_without_any_quote_the_order_is_rejected(aapl, world, user_id, published) -> None:
    LatestQuote.objects.all().delete()
    body = world.post(user_id).json()
    assert body["status"] == "rejected"
    assert body["reject_reason"] == {
        "code": "quote_stale",
        "detail": "There was no fresh price to execute the order at.",
    }
    assert [type(event) for event in published()] == [trading.OrderRejected]


def test_a_halted_instrument_is_the_venues_to_refuse(world, user_id) -> None:
    world.list_instrument(status="halted")
    assert world.order(user_id).status == "accepted"


def test_the_ticker_may_be_written_in_any_case(aapl, world, user_id) -> None:
    assert world.post(user_id, ticker="aapl").json()["ticker"] == "AAPL"


def test_the_same_key_and_body_give_the_first_answer_again(aapl, world, user_id) -> None:
    first = world.post(user_id, key="once")
    world.hold(Order.objects.get())
    again = world.post(user_id, key="once")
    assert again.status_code == 201
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert again.json() == first.json()
    assert Order.objects.count() == 1


def test_the_same_key_and_another_body_are_refused(aapl, world, user_id) -> None:
    world.post(user_id, key="once")
    answer = world.post(user_id, key="once", quantity=11)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 1.0, "10", None, True, 10**9 + 1, 10**400, [], {}])
def test_a_quantity_that_is_none(aapl, world, user_id, quantity: Any) -> None:
    refused(world.post(user_id, quantity=quantity), "quantity_invalid" if quantity is not None else "null")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"ticker": "NOPE"}, "instrument_unknown", "ticker"),
        ({"ticker": 7}, "invalid", "ticker"),
        ({"ticker": "\x00"}, "null_characters_not_allowed", "ticker"),
        ({"ticker": "A" * 33}, "max_length", "ticker"),
        ({"side": "hold"}, "invalid_choice", "side"),
        ({"type": "stop"}, "invalid_choice", "type"),
        ({"type": "limit"}, "limit_price_missing", "limit_price"),
        ({"type": "limit", "limit_price": None}, "limit_price_missing", "limit_price"),
        ({"type": "limit", "limit_price": "99.505"}, "price_step_invalid", "limit_price"),
        ({"type": "limit", "limit_price": "0"}, "price_step_invalid", "limit_price"),
        ({"type": "limit", "limit_price": "-1.00"}, "price_step_invalid", "limit_price"),
        ({"type": "limit", "limit_price": "NaN"}, "price_step_invalid", "limit_price"),
        ({"type": "limit", "limit_price": "1" + "0" * 30}, "price_step_invalid", "limit_price"),
        ({"type": "limit", "limit_price": "1e30"}, "price_step_invalid", "limit_price"),
        ({"type": "limit", "limit_price": "100.00", "time_in_force": "x"}, "invalid_choice", "time_in_force"),
        ({"limit_price": "99.50"}, "limit_price_unexpected", "limit_price"),
        ({"limit_price": 99.5}, "price_step_invalid", "limit_price"),
        ({"limit_price": "NaN"}, "price_step_invalid", "limit_price"),
        ({"time_in_force": "gtc"}, "time_in_force_unsupported", "time_in_force"),
        ({"time_in_force": "forever"}, "invalid_choice", "time_in_force"),
        ({"user_id": str(new_id())}, "unknown_field", "user_id"),
        ({"status": "filled"}, "unknown_field", "status"),
    ],
)
def test_bad_fields(aapl, world, user_id, body: dict[str, Any], code: str, field: str) -> None:
    refused(world.post(user_id, **body), code, field)


def test_a_quantity_that_is_no_whole_number_of_lots(world, user_id) -> None:
    world.list_instrument(lot_size=10)
    answer = world.post(user_id, quantity=15)
    refused(answer, "lot_size_invalid", "quantity")
    assert answer.json()["detail"] == "AAPL is traded in lots of 10; 15 is not a multiple of that."


def test_an_order_that_no_account_could_pay(world, user_id) -> None:
    world.list_instrument(price="900000.00")
    refused(world.post(user_id, quantity=10**9), "order_value_too_large", "quantity")


def test_no_order_is_free(world, user_id) -> None:
    """A cent for what is worth less, and a cent of fee."""
    world.list_instrument(price="0.0001", price_step=Decimal("0.0001"))
    assert world.order(user_id, quantity=1).hold_amount == 2


@pytest.mark.parametrize("time_in_force", ["day", "ioc", "fok"])
def test_a_market_order_may_say_how_it_does_not_rest(aapl, world, user_id, time_in_force: str) -> None:
    assert world.post(user_id, time_in_force=time_in_force).json()["time_in_force"] == time_in_force


def refused(answer: Any, code: str, field: str = "quantity") -> None:
    """A 400 with an entry for the field, and nothing written."""
    assert answer.status_code == 400, answer.json()
    assert answer["Content-Type"].startswith("application/problem+json")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert not Order.objects.exists()
