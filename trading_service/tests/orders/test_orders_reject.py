"""orders_reject: billing declined the hold, or the venue refused."""

from __future__ import annotations

import pytest

from servicekit.contracts import trading
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_without_money_the_order_is_rejected(aapl, world, user_id, published, api) -> None:
    order = world.order(user_id)
    world.decline(order, available=5_000)
    assert fresh(order).status == "rejected"
    (rejected,) = published(trading.OrderRejected)
    assert (rejected.code, rejected.limit, rejected.value) == (
        "insufficient_funds",
        "50.00",
        "1010.51",
    )
    reason = api(user_id).get(f"/api/v1/orders/{order.id}").json()["reject_reason"]
    assert reason == {
        "code": "insufficient_funds",
        "detail": "The order needs $1,010.51, and $50.00 is available.",
    }


@pytest.mark.parametrize("code", ["insufficient_quantity", "instrument_halted", "price_moved", "quote_stale"])
def test_the_venues_refusal_is_passed_on(aapl, world, user_id, published, api, code: str) -> None:
    order = world.working(user_id)
    world.refuse(order, code=code, limit="5", value="10")
    (rejected,) = published(trading.OrderRejected)
    assert (rejected.code, rejected.limit, rejected.value) == (code, "5", "10")
    for language in ("en", "ru"):
        answer = api(user_id, accept_language=language).get(f"/api/v1/orders/{order.id}").json()
        assert answer["reject_reason"]["code"] == code
        assert "%(" not in answer["reject_reason"]["detail"]
    assert answer["history"][-1]["cause"] == "market.order.refused.v1"


def test_a_refused_sell_gives_its_units_back(aapl, world, user_id) -> None:
    world.filled(user_id)
    order = world.working(user_id, side="sell", quantity=4)
    world.refuse(order)
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (10, 0)


@pytest.mark.parametrize("code", ["account_frozen", "account_not_ready"])
def test_what_is_with_the_account_is_said_in_words(aapl, world, user_id, api, code: str) -> None:
    order = world.order(user_id)
    world.decline(order, code=code, available=0)
    for language, words in (("en", "Your cash account"), ("ru", "Ваш денежный счёт")):
        answer = api(user_id, accept_language=language).get(f"/api/v1/orders/{order.id}").json()
        assert answer["reject_reason"]["code"] == code
        assert answer["reject_reason"]["detail"].startswith(words)


def test_many_at_once_each_with_its_own_reason(aapl, world, user_id, published, deliver_many, api) -> None:
    world.filled(user_id)
    orders = [world.working(user_id, side="sell", quantity=quantity) for quantity in (1, 2, 3)]
    codes = ["price_moved", "instrument_halted", 'a "new" one, {with} \\ marks']
    refused = [world.refused(o, code=code, limit="a, b") for o, code in zip(orders, codes, strict=True)]
    assert deliver_many(refused) == 3
    assert [(event.code, event.limit) for event in published(trading.OrderRejected)] == [
        (code, "a, b") for code in codes
    ]
    assert [fresh(order).reject_code for order in orders] == codes
    assert Position.objects.get().held_quantity == 0
