"""What a number of units is worth at a price."""

from __future__ import annotations

from decimal import Decimal, localcontext

from servicekit.money import rounded_minor

#: Enough digits for any price × quantity to be exact.
PRECISION = 60


def amount_of(*, price: Decimal, quantity: int, currency: str) -> int:
    """Price × quantity in minor units, rounded once.

    Args:
        price: per unit, in major units.
        quantity: units.
        currency: ISO 4217 code.
    """
    with localcontext() as exact:
        exact.prec = PRECISION
        return rounded_minor(price * quantity, currency)
