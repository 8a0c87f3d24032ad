"""Cap price, amount and fee."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trading_service.orders.pricing import cap_price, fee_of
from trading_service.reference.valuation import amount_of


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
    price = cap_price(side=side, quote=Decimal(quote), step=Decimal(step))
    assert price == Decimal(cap)
    assert "E" not in str(price)


@pytest.mark.parametrize(
    ("price", "quantity", "amount", "fee"),
    [
        ("430.47", 10, 430_470, 215),  # 2.15235
        ("0.005", 1, 1, 0),  # half away from zero
        ("0.00499999", 1, 0, 0),
        ("10.00", 1, 1_000, 1),  # 0.005
        ("9.99", 1, 999, 0),  # 0.004995
        ("123456789.12345678", 10**7, 123_456_789_123_456_780, 61_728_394_561_728),
    ],
)
def test_amount_and_fee(price: str, quantity: int, amount: int, fee: int) -> None:
    assert amount_of(price=Decimal(price), quantity=quantity, currency="USD") == amount
    assert fee_of(amount=amount, currency="USD") == fee
