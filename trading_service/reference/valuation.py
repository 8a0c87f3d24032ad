"""What a number of units is worth at a price."""

from __future__ import annotations

from decimal import Decimal

from servicekit.money import EXACT, rounded_minor


def amount_of(*, price: Decimal, quantity: int, currency: str) -> int:
    """Price × quantity in minor units, rounded once.

    Args:
        price: per unit, in major units.
        quantity: units.
        currency: ISO 4217 code.
    """
    return rounded_minor(EXACT.multiply(price, quantity), currency)
