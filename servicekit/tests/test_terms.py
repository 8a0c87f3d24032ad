"""The terms of trade: the price protection."""

from __future__ import annotations

from decimal import Decimal

import pytest

from servicekit.terms import cap_price, on_step


@pytest.mark.parametrize(
    ("side", "quote", "step", "cap"),
    [
        ("buy", "430.47", "0.01", "434.78"),  # 434.7747 up
        ("sell", "430.47", "0.01", "426.16"),  # 426.1653 down
        ("buy", "100", "0.01", "101"),
        ("buy", "1.0834", "0.0001", "1.0943"),  # 1.094234 up
        ("buy", "1234", "10", "1250"),  # 1246.34 up
        ("sell", "0.01", "0.01", "0.01"),  # never nothing
        ("buy", "0.01000000", "0.01000000", "0.02"),
        ("buy", "999999999.99999999", "0.00000001", "1009999999.99999999"),
    ],
)
def test_cap_price(side: str, quote: str, step: str, cap: str) -> None:
    price = cap_price(side=side, quote=Decimal(quote), step=Decimal(step), protection=Decimal("0.01"))
    assert price == Decimal(cap)
    assert "E" not in str(price)


@pytest.mark.parametrize(
    ("price", "step", "fits"),
    [
        ("430.47", "0.01", True),
        ("430.470", "0.01000000", True),
        ("430.475", "0.01", False),
        ("1250", "10", True),
        ("1245", "10", False),
        ("999999999999.99999999", "0.00000001", True),
        ("0.000000001", "0.00000001", False),
    ],
)
def test_on_step(price: str, step: str, fits: bool) -> None:
    assert on_step(Decimal(price), Decimal(step)) is fits
