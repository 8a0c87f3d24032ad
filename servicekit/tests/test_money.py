"""Money: exact in, exact out, one rounding."""

from decimal import Decimal

import pytest

from servicekit.money import price_text, rounded_minor, to_minor, to_text


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1234.50", 123450), ("0.01", 1), ("-5", -500), ("1.5", 150), ("100000000000000.00", 10**16)],
)
def test_an_amount_is_exact(text: str, minor: int) -> None:
    assert to_minor(text) == minor
    assert to_minor(to_text(minor)) == minor


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e400", "1e-400", "0.005", "100000000000000.01", "", "x", "1,5"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        to_minor(text)


@pytest.mark.parametrize(("amount", "minor"), [("0.005", 1), ("0.0049", 0), ("2.675", 268), ("-0.005", -1)])
def test_half_a_minor_unit_goes_away_from_zero(amount: str, minor: int) -> None:
    assert rounded_minor(Decimal(amount)) == minor


def test_a_price_has_the_digits_of_its_step() -> None:
    assert price_text(Decimal("430.4700"), Decimal("0.01")) == "430.47"
    assert price_text(Decimal("1.1"), Decimal("0.0001")) == "1.1000"
    assert price_text(Decimal("97"), Decimal("1")) == "97"
