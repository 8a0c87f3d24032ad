"""worst_price: what a customer reviewed binds the order, together with the price protection."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servicekit.contracts import trading
from trading_service.orders.models import Order
from trading_service.positions.models import Position
from trading_service.reference.models import LatestQuote
from trading_service.tests.orders.test_order_place import refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("side", "worst", "cap"),
    [
        ("buy", "100.50", "100.50"),
        ("buy", "100.00", "100.00"),  # the quote itself
        ("buy", "101.00", "101.00"),
        ("buy", "101.01", "101.00"),  # beyond the protection, which then is the tighter
        ("buy", "999999999999.99", "101.00"),
        ("buy", None, "101.00"),
        ("sell", "99.50", "99.50"),
        ("sell", "100.00", "100.00"),
        ("sell", "98.99", "99.00"),
        ("sell", "0.01", "99.00"),
    ],
)
def test_the_cap_is_the_tighter_of_it_and_the_protection(
    aapl, world, user_id, published, side: str, worst: str | None, cap: str
) -> None:
    # given AAPL at 100.00; when somebody orders with a bound
    world.filled(user_id)
    answer = world.post(user_id, side=side, worst_price=worst)
    # then the venue is told the tighter one, the hold is for it, and the customer sees their own
    assert answer.status_code == 201, answer.json()
    assert answer.json()["worst_price"] == worst
    order = Order.objects.get(id=answer.json()["id"])
    assert order.cap_price == Decimal(cap)
    if side == "buy":
        amount = 10 * int(order.cap_price * 100)
        assert order.hold_amount == amount - (-amount * 5 // 10_000)
        world.hold(order)
    assert published(trading.OrderSubmittedV2)[-1].cap_price == Decimal(cap)


@pytest.mark.parametrize(("side", "worst"), [("buy", "99.99"), ("sell", "100.01"), ("buy", "0.01")])
def test_a_quote_beyond_it_rejects_the_order(
    aapl, world, user_id, published, api, side: str, worst: str
) -> None:
    world.filled(user_id)
    before = len(published())
    answer = world.post(user_id, side=side, worst_price=worst)
    # then there is an order with a reason, nothing is set aside, and the venue never receives it
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["worst_price"]) == ("rejected", worst)
    assert body["reject_reason"]["code"] == "price_moved"
    (rejected,) = published()[before:]
    assert isinstance(rejected, trading.OrderRejected)
    assert (rejected.code, rejected.limit, rejected.value) == ("price_moved", worst, "100.00")
    assert Position.objects.get().held_quantity == 0
    assert Order.objects.get(id=body["id"]).hold_amount == 0
    for language, word in (("en", "price"), ("ru", "ена")):
        shown = api(user_id, accept_language=language).get(f"/api/v1/orders/{body['id']}").json()
        assert word in shown["reject_reason"]["detail"]


def test_the_same_key_gives_the_first_answer_whatever_the_price_is_by_then(aapl, world, user_id) -> None:
    # given an order that was taken; when the price moves beyond its bound and it is sent again
    first = world.post(user_id, key="once", worst_price="100.50")
    LatestQuote.objects.update(price="450.80")
    again = world.post(user_id, key="once", worst_price="100.50")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    # and the other way round: one that was rejected stays so when the price comes back
    late = world.post(user_id, key="late", worst_price="100.50")
    LatestQuote.objects.update(price="100.00")
    assert late.json()["reject_reason"]["code"] == "price_moved"
    assert world.post(user_id, key="late", worst_price="100.50").json() == late.json()
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("worst", "code"),
    [
        ("100.505", "price_step_invalid"),
        ("0.0000000000000000000000000001", "price_step_invalid"),
        ("0.00", "worst_price_invalid"),
        ("-100.50", "worst_price_invalid"),
        ("1000000000000", "worst_price_invalid"),
        ("9" * 400, "worst_price_invalid"),
        (100.5, "worst_price_invalid"),
    ],
)
def test_a_bound_that_is_none(aapl, world, user_id, worst: Any, code: str) -> None:
    refused(world.post(user_id, worst_price=worst), code, "worst_price")


def test_a_limit_order_has_no_other_bound(aapl, world, user_id) -> None:
    answer = world.post(user_id, type="limit", limit_price="99.50", worst_price="99.50")
    refused(answer, "worst_price_unexpected", "worst_price")


def test_a_step_of_ten_thousandths(world, user_id) -> None:
    world.list_instrument("EURSIM", price="1.3053", price_step=Decimal("0.0001"))
    order = world.order(user_id, ticker="EURSIM", worst_price="1.306")
    assert order.cap_price == Decimal("1.306")
    refused_again = world.post(user_id, ticker="EURSIM", worst_price="1.30605")
    assert refused_again.json()["code"] == "price_step_invalid"


def test_the_venue_refuses_beyond_it_later(aapl, world, user_id, api) -> None:
    """The price moved between placing and execution: the venue's refusal names the bound that was set."""
    order = world.working(user_id, worst_price="100.50")
    world.refuse(order, code="price_moved", limit="100.50", value="100.51")
    shown = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (shown["status"], shown["reject_reason"]["code"]) == ("rejected", "price_moved")


def test_the_examples_of_the_documentation_work(world, user_id, api) -> None:
    world.list_instrument(price="430.47")  # as in the shipped catalogue
    document = api().get("/api/v1/trading/schema", headers={"Accept": "application/json"}).json()
    content = document["paths"]["/api/v1/orders"]["post"]["requestBody"]["content"]["application/json"]
    examples = content["examples"]
    assert "worst_price" in document["components"]["schemas"]["OrderInput"]["properties"]
    assert any("worst_price" in example["value"] for example in examples.values())
    for example in examples.values():
        answer = world.post(user_id, **example["value"])
        assert (answer.status_code, answer.json()["status"]) == (201, "accepted"), answer.json()
