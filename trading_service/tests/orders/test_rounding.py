"""Rounding is against the customer: no pattern of sizes gains by it, and a hold covers every fill."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from servicekit.contracts import trading
from trading_service.orders.models import Order
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db

EURSIM = {"ticker": "EURSIM", "price": "1.3053", "price_step": Decimal("0.0001")}


@pytest.mark.parametrize("seed", range(4))
def test_an_order_filled_in_parts_costs_what_it_costs_in_one(world, user_id, published, seed: int) -> None:
    # given an instrument of any step
    draw = random.Random(seed)
    step = draw.choice(["0.01", "0.0001", "0.00000001"])
    price = Decimal(step) * draw.randrange(10**4, 10**6)
    world.list_instrument(price=str(price), price_step=Decimal(step))
    quantity = 500 + draw.randrange(500)
    for side in ("buy", "sell"):
        whole = world.filled(user_id, side="buy", quantity=quantity, price=str(price))
        if side == "sell":
            whole = world.filled(user_id, side="sell", quantity=quantity, price=str(price))
        # when the same is filled in parts
        order = world.working(user_id, side=side, quantity=quantity)
        left = quantity
        while left:
            part = draw.randrange(1, left + 1) if draw.random() < 0.9 else left
            world.execute(order, quantity=part, price=str(price))
            left -= part
        # then the sums are the same, however the parts were rounded
        parts = fresh(order)
        assert (parts.amount, parts.fee) == (whole.amount, whole.fee)
        fills = [event for event in published(trading.OrderFilledV2) if event.order_id == order.id]
        assert sum(fill.amount for fill in fills) == parts.amount
        assert all(fill.amount >= 0 and fill.fee >= 0 for fill in fills)


def test_the_fee_is_a_cent_at_least_and_nothing_at_a_rate_of_nothing(aapl, world, user_id, settings) -> None:
    small = world.filled(user_id, quantity=1, price="0.01")
    assert (small.amount, small.fee) == (1, 1)
    settings.FEE_RATE = settings.MAKER_FEE_RATE = Decimal(0)
    free = world.filled(user_id, quantity=1, price="99.00")
    assert (free.amount, free.fee, free.hold_amount) == (9_900, 0, 10_100)


def test_the_fee_is_at_the_rate_that_the_order_was_placed_at(aapl, world, user_id, settings) -> None:
    order = world.working(user_id, quantity=10)
    settings.FEE_RATE = Decimal("0.5")
    world.execute(order, price=str(order.cap_price))
    assert fresh(order).fee == 51


def test_a_sale_that_would_bring_nothing_is_refused(world, user_id) -> None:
    # given three units at half a cent, each bought for a whole one
    world.list_instrument(price="0.0050", price_step=Decimal("0.0001"))
    world.filled(user_id, quantity=3, price="0.0050")
    assert Position.objects.get().cost_basis == 2 + 1
    # when one of them is sold
    answer = world.post(user_id, side="sell", quantity=1)
    # then it is refused with a reason, and nothing is held
    assert (answer.status_code, answer.json()["code"]) == (400, "order_value_too_small")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("quantity", "order_value_too_small")
    assert Position.objects.get().held_quantity == 0
    # but three of them bring a cent, of which the fee is all
    sold = world.filled(user_id, side="sell", quantity=3, price="0.0050")
    assert (sold.amount, sold.fee) == (1, 1)


def test_a_sale_whose_fee_is_above_its_amount_is_refused(aapl, world, user_id, settings) -> None:
    world.filled(user_id)
    settings.FEE_RATE = Decimal("1.5")
    answer = world.post(user_id, side="sell", quantity=1)
    assert answer.json()["errors"][0]["code"] == "order_value_too_small"


def test_a_sale_of_before_brings_nothing_and_never_less(aapl, world, user_id) -> None:
    """It was placed before such were refused."""
    world.filled(user_id)
    order = world.working(user_id, side="sell", quantity=1)
    world.execute(order, price="0.0049")
    filled = fresh(order)
    assert (filled.status, filled.amount, filled.fee) == ("filled", 0, 0)


def test_a_purchase_of_before_costs_no_more_than_was_held_for_it(world, user_id, published) -> None:
    """Its hold was rounded half away from zero, and it knows no fee rate: one at 0.0150 held 0.02."""
    listed = world.list_instrument(price="0.0150", price_step=Decimal("0.0001"))
    order = Order.objects.create(
        user_id=user_id,
        client_order_id="before",
        instrument_id=listed.instrument_id,
        side="buy",
        type="market",
        time_in_force="day",
        quantity=1,
        cap_price=Decimal("0.0152"),
        currency="USD",
        hold_amount=2,
    )
    world.hold(order)
    world.execute(order, price="0.0150")
    (filled,) = published(trading.OrderFilledV2)
    assert (filled.amount, filled.fee) == (2, 0)
