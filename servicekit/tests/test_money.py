"""Money: exact in, exact out, one rounding."""

import random
from decimal import Decimal

import pytest

from servicekit.money import EXACT, amount_minor, fee_minor, order_charge, price_text, to_minor, to_text

RATE = Decimal("0.0005")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1234.50", 123450), ("0.01", 1), ("-5", -500), ("1.5", 150), ("100000000000000.00", 10**16)],
)
def test_an_amount_is_exact(text: str, minor: int) -> None:
    assert to_minor(text, "USD") == minor
    assert to_minor(to_text(minor, "USD"), "USD") == minor


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e400", "1e-400", "0.005", "100000000000000.01", "", "x", "1,5"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        to_minor(text, "USD")


@pytest.mark.parametrize(
    ("value", "buy", "sell"),
    [
        ("0", 0, 0),
        ("0.005", 1, 0),
        ("0.0100", 1, 1),
        ("1.3053", 131, 130),
        ("2.675", 268, 267),
        ("0.00000001", 1, 0),
        ("522.12", 52_212, 52_212),
        ("999999999999999999999.99999999", 10**23, 10**23 - 1),
    ],
)
def test_a_buy_is_rounded_up_and_a_sell_down(value: str, buy: int, sell: int) -> None:
    assert amount_minor(Decimal(value), "buy", "USD") == buy
    assert amount_minor(Decimal(value), "sell", "USD") == sell


@pytest.mark.parametrize(
    ("amount", "rate", "fee"),
    [
        (0, "0.0005", 0),
        (1, "0.0005", 1),
        (2_000, "0.0005", 1),
        (2_001, "0.0005", 2),
        (430_470, "0.0005", 216),
        (10**16, "0.0005", 5 * 10**12),
        (10**16, "0", 0),
        (1, "0.00000001", 1),
    ],
)
def test_a_fee_is_rounded_up_and_is_one_at_least_while_there_is_a_rate(
    amount: int, rate: str, fee: int
) -> None:
    assert fee_minor(amount, Decimal(rate)) == fee


@pytest.mark.parametrize("seed", range(40))
def test_no_pattern_of_sizes_there_and_back_at_an_unmoved_price_gains(seed: int) -> None:
    """Any price of any step, any rate, orders of any sizes, each filled in any parts."""
    draw = random.Random(seed)
    step = Decimal(draw.choice(["1", "0.01", "0.0001", "0.00000001", "0.05", "0.0025"]))
    rate = Decimal(draw.choice(["0", "0.00000001", "0.0005", "0.003", "0.25"]))
    for _ in range(50):
        price = step * draw.randrange(1, draw.choice([10, 10**4, 10**8]))
        units = draw.choice([1, 7, 400, 10**4])
        cash = 0
        for side, sign in (("buy", -1), ("sell", 1)):
            for order in _split(draw, units):
                hold = order_charge(price * order, side=side, fee_rate=rate, currency="USD")
                amount = fee = 0
                done = 0
                for part in _split(draw, order):
                    done += part
                    so_far = order_charge(
                        EXACT.multiply(price, done), side=side, fee_rate=rate, currency="USD"
                    )
                    assert so_far.amount >= amount, "a part is never paid back"
                    assert so_far.fee >= fee, "a part is never paid back"
                    part_amount, part_fee = so_far.amount - amount, so_far.fee - fee
                    assert side == "buy" or part_fee <= part_amount, "a sale never takes money"
                    cash += sign * part_amount - part_fee
                    amount, fee = so_far
                assert (amount, fee) == hold, "the parts cost what the whole does"
        assert cash <= 0, (price, rate)
        assert not rate or cash < 0, "with a fee it costs something"


def _split(draw: random.Random, units: int) -> list[int]:
    """Whole numbers above zero that add up to ``units``."""
    ways = draw.randrange(4)
    if ways == 0:
        return [units]
    if ways == 1 and units <= 400:
        return [1] * units
    parts = []
    while units:
        part = min(units, draw.randrange(1, max(2, units // draw.randrange(1, 9) + 1)))
        parts.append(part)
        units -= part
    return parts


def test_a_price_has_the_digits_of_its_step() -> None:
    assert price_text(Decimal("430.4700"), Decimal("0.01")) == "430.47"
    assert price_text(Decimal("1.1"), Decimal("0.0001")) == "1.1000"
    assert price_text(Decimal("97"), Decimal("1")) == "97"
