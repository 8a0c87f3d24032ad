"""Sums of money that may be unknown, in minor units."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from servicekit.money import EXACT, amount_minor


def value_of(price: Decimal | None, quantity: int, currency: str) -> int | None:
    """What units would be sold for at a price, in minor units; None when the price is needed and unknown."""
    if not quantity:
        return 0
    return None if price is None else amount_minor(EXACT.multiply(price, quantity), "sell", currency)


def percent(part: int | None, whole: int) -> Decimal | None:
    """A share in percent to two digits, half away from zero; None when there is no whole."""
    if part is None or not whole:
        return None
    return (Decimal(part) / whole * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def sum_known(amounts: Iterable[int | None]) -> int | None:
    """Their sum; None if one is unknown."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
