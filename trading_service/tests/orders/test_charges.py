"""What orders come to, whatever the pattern of their fills: as in one, and never more than is held."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.money import Charge
from trading_service.orders.charges import Fees, charge, hold_left, worst_charge

RATES = [Decimal(text) for text in ("0", "0.0001", "0.0005", "0.0033", "0.01")]

fees_of_any_kind = st.builds(
    Fees, st.sampled_from(RATES), st.sampled_from(RATES), st.sampled_from([1, 1, 5, 100])
)
#: Executions: units, price in ten-thousandths, whether the order rested.
executions = st.lists(
    st.tuples(st.integers(1, 500), st.integers(1, 10**7), st.booleans()), min_size=1, max_size=20
)


def price_of(steps: int) -> Decimal:
    return Decimal(steps).scaleb(-4)


def increments(side: str, parts: list[tuple[int, int, bool]], fees: Fees) -> list[Charge]:
    """What each fill of an order is charged."""
    value, maker_value, so_far, found = Decimal(0), Decimal(0), Charge(0, 0), []
    for units, steps, rested in parts:
        value += price_of(steps) * units
        maker_value += price_of(steps) * units if rested else 0
        now = charge(side=side, value=value, maker_value=maker_value, fees=fees, currency="USD")
        found.append(Charge(now.amount - so_far.amount, now.fee - so_far.fee))
        so_far = now
    return found


@given(side=st.sampled_from(["buy", "sell"]), parts=executions, fees=fees_of_any_kind)
@settings(max_examples=500, deadline=None)
def test_no_fill_gives_anything_back(side: str, parts: list[tuple[int, int, bool]], fees: Fees) -> None:
    found = increments(side, parts, fees)
    assert all(part.amount >= 0 and part.fee >= 0 for part in found)
    amount, fee = sum(part.amount for part in found), sum(part.fee for part in found)
    if side == "buy":
        assert amount >= 1
        assert fee >= min(fees.minimum, 1) or fees.taker == 0 or fees.maker == 0
    else:
        assert fee <= amount


@given(
    pattern=st.lists(
        st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 60), st.booleans()), max_size=30
    ),
    steps=st.integers(1, 10**6),
    fees=fees_of_any_kind,
    draw=st.randoms(use_true_random=False),
)
@settings(max_examples=500, deadline=None)
def test_no_pattern_of_sizes_there_and_back_at_an_unmoved_price_gains(
    pattern: list[tuple[str, int, bool]], steps: int, fees: Fees, draw: random.Random
) -> None:
    """Orders of any sizes, each filled in parts of any sizes; at last all that is left is sold."""
    units = cash = 0
    for side, wanted, rested in [*pattern, ("sell", 10**9, False)]:
        quantity = wanted if side == "buy" else min(wanted, units)
        parts: list[tuple[int, int, bool]] = []
        while quantity > sum(part[0] for part in parts):
            left = quantity - sum(part[0] for part in parts)
            parts.append((draw.randint(1, left), steps, rested))
        for part in increments(side, parts, fees):
            cash += part.amount - part.fee if side == "sell" else -part.amount - part.fee
        units += quantity if side == "buy" else -quantity
    assert units == 0
    assert cash <= 0


@pytest.mark.parametrize("seed", range(4))
def test_a_hold_always_covers_what_the_rest_may_cost(seed: int) -> None:
    """20,000 random orders in all; the hold keeps enough after each fill, and releases what it saves."""
    draw = random.Random(seed)
    for _ in range(5_000):
        fees = Fees(draw.choice(RATES), draw.choice(RATES), draw.choice([1, 1, 1, 7]))
        quantity, bound = draw.randint(1, 300), draw.randint(1, 10 ** draw.randint(1, 7))
        worst = worst_charge(side="buy", value=price_of(bound) * quantity, fees=fees, currency="USD")
        left, remaining = worst.amount + worst.fee, quantity
        value, maker_value, so_far = Decimal(0), Decimal(0), Charge(0, 0)
        while remaining:
            units = draw.randint(1, remaining)
            price = price_of(bound if draw.random() < 0.5 else draw.randint(1, bound))
            rested = draw.random() < 0.5
            value, remaining = value + price * units, remaining - units
            maker_value += price * units if rested else 0
            now = charge(side="buy", value=value, maker_value=maker_value, fees=fees, currency="USD")
            cost = now.amount - so_far.amount + now.fee - so_far.fee
            assert 0 <= cost <= left
            so_far = now
            keeps = hold_left(
                value=value,
                bound=price_of(bound),
                remaining=remaining,
                charged=so_far,
                fees=fees,
                currency="USD",
            )
            assert 0 <= keeps <= left - cost
            left = keeps
        assert left == 0 or fees.maker != fees.taker


def test_ten_fills_of_one_at_ten_cost_what_ten_at_once_do() -> None:
    """Rounding part by part, each fee of 0.005 became 0.01: 0.10 where the hold had 0.05."""
    fees = Fees(Decimal("0.0005"), Decimal("0.0005"), 1)
    hold = worst_charge(side="buy", value=Decimal(100), fees=fees, currency="USD")
    assert (hold.amount, hold.fee) == (10_000, 5)
    parts = increments("buy", [(1, 100_000, True)] * 10, fees)
    part_by_part = sum(-(-part.amount * 5 // 10_000) for part in parts)
    assert part_by_part == 10 > hold.fee
    assert sum(part.amount for part in parts) == 10_000
    assert [part.fee for part in parts] == [1, 0] * 5


def test_a_hundred_fills_of_one_at_a_half_cent_cost_what_a_hundred_at_once_do() -> None:
    """Rounding part by part, 100 × 1.005 became 100 × 1.01: 101.00 where the hold had 100.50."""
    fees = Fees(Decimal("0.0005"), Decimal("0.0005"), 1)
    hold = worst_charge(side="buy", value=Decimal("100.50"), fees=fees, currency="USD")
    parts = increments("buy", [(1, 10_050, False)] * 100, fees)
    alone = [increments("buy", [(1, 10_050, False)], fees)[0] for _ in range(100)]
    assert sum(part.amount for part in alone) == 10_100 > hold.amount
    assert sum(part.amount for part in parts) == hold.amount == 10_050
    assert sum(part.fee for part in parts) == hold.fee == 6
    assert sorted({part.amount for part in parts}) == [100, 101]


def test_maker_and_taker_pay_their_rates() -> None:
    fees = Fees(taker=Decimal("0.001"), maker=Decimal("0.0002"), minimum=1)
    both = charge(side="buy", value=Decimal(3000), maker_value=Decimal(1000), fees=fees, currency="USD")
    assert both == Charge(300_000, 200 + 20)
    turned = Fees(taker=fees.maker, maker=fees.taker, minimum=1)
    assert charge(
        side="buy", value=Decimal(3000), maker_value=Decimal(2000), fees=turned, currency="USD"
    ) == Charge(300_000, 200 + 20)


@pytest.mark.parametrize(("side", "fee"), [("buy", 50), ("sell", 1)])
def test_the_least_fee_is_of_the_order_and_no_sale_costs_more_than_it_brings(side: str, fee: int) -> None:
    fees = Fees(Decimal("0.0005"), Decimal("0.0005"), 50)
    assert increments(side, [(1, 100, False)], fees) == [Charge(1, fee)]
    assert increments("buy", [(1, 100, False), (10, 100, False)], fees) == [Charge(1, 50), Charge(10, 0)]


def test_a_rate_of_nothing_costs_nothing() -> None:
    fees = Fees(Decimal(0), Decimal(0), 1)
    assert charge(side="buy", value=Decimal(100), fees=fees, currency="USD") == Charge(10_000, 0)
