"""Whatever the lots and the ratio, a split makes and loses no unit and no minor unit."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from trading_service.positions.lots_split import HeldLot, Ratio, lots_split

NOON = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)
RATIOS = (Ratio(1, 2), Ratio(2, 3), Ratio(10, 1), Ratio(1, 7), Ratio(3, 2), Ratio(999_983, 7))

lots = strategies.lists(
    strategies.builds(
        HeldLot,
        strategies.just(NOON),
        strategies.integers(1, 10**6) | strategies.integers(1, 12),
        strategies.integers(0, 10**12) | strategies.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lots, strategies.sampled_from(RATIOS))
def test_units_and_cost_stay(held: list[HeldLot], ratio: Ratio) -> None:
    units = sum(lot.quantity for lot in held)
    whole, rest = ratio.of(units)
    assert Fraction(units) * ratio.new / ratio.old == whole + Fraction(rest, ratio.old)
    assert 0 <= rest < ratio.old

    split = lots_split(held, ratio)

    assert sum(lot.quantity for lot in split.lots) == whole
    assert sum(lot.cost for lot in split.lots) + split.sold_cost == sum(lot.cost for lot in held)
    assert all(lot.quantity > 0 <= lot.cost for lot in split.lots)
    if not rest:
        assert split.sold_cost == 0
    if not whole:
        assert split.sold_cost == sum(lot.cost for lot in held)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lots, strategies.integers(2, 9))
def test_where_nothing_is_left_over_each_lot_stays_what_it_is(held: list[HeldLot], new: int) -> None:
    split = lots_split(held, Ratio(1, new))
    assert split.lots == [HeldLot(lot.bought_at, lot.quantity * new, lot.cost) for lot in held]


@pytest.mark.parametrize(
    ("ratio", "expected", "sold"),
    [
        (Ratio(2, 3), [(4, 89), (6, 60)], 11),  # 7 × 3 ÷ 2 = 10 and a half: of the first lot's 9 halves one
        (Ratio(10, 1), [], 160),  # 0.7: all of it
        (Ratio(3, 1), [(2, 127)], 33),  # 2 and a third, that of the first lot, whose rest is no whole unit
    ],
)
def test_the_fraction_is_the_first_that_is_sold(ratio: Ratio, expected: list, sold: int) -> None:
    split = lots_split([HeldLot(NOON, 3, 100), HeldLot(NOON, 4, 60)], ratio)
    assert ([(lot.quantity, lot.cost) for lot in split.lots], split.sold_cost) == (expected, sold)
