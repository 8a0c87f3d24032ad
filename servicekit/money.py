"""Money: whole minor units inside (``int``), decimal strings outside, and the one rounding rule.

Cash is never a float and never a fraction of a minor unit: ``123450`` with currency ``USD`` is
``"1234.50"``. Prices are :class:`~decimal.Decimal` and may be finer than a minor unit.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

#: Digits after the point of each currency that Birzha keeps cash in (ISO 4217).
EXPONENTS: dict[str, int] = {"USD": 2, "EUR": 2, "RUB": 2}

#: The currency every account and every instrument of this exchange is kept in.
HOME_CURRENCY = "USD"

#: Enough digits for any product of a price, a quantity and a rate to be exact.
EXACT = Context(prec=60)

_ONE = Decimal(1)

#: The largest amount that fits a BIGINT with room to add a few of them up: 10^16 minor units.
MAX_MINOR = 10**16


def to_minor(text: str | Decimal, currency: str = HOME_CURRENCY) -> int:
    """Turn a decimal amount into minor units, exactly.

    Args:
        text: a plain decimal such as ``"1234.5"``; no exponent above ``MAX_MINOR``, no NaN.
        currency: ISO 4217 code.

    Returns:
        The amount in minor units.

    Raises:
        ValueError: not a finite number, finer than the currency's minor unit, or too large.
    """
    exponent = EXPONENTS[currency]
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not amount.is_finite():
        raise ValueError("not a finite number")
    if amount and amount.adjusted() > 20:
        raise ValueError("too large")
    if amount and amount.adjusted() < -20:
        raise ValueError(f"finer than {exponent} digits after the point")
    scaled = amount.scaleb(exponent, EXACT)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"finer than {exponent} digits after the point")
    if abs(scaled) > MAX_MINOR:
        raise ValueError("too large")
    return int(scaled)


def to_text(minor: int, currency: str = HOME_CURRENCY) -> str:
    """Turn minor units into the decimal string of the public contract: ``123450`` → ``"1234.50"``."""
    exponent = EXPONENTS[currency]
    return f"{Decimal(minor).scaleb(-exponent):.{exponent}f}"


def price_text(price: Decimal, step: Decimal) -> str:
    """Write a price with as many digits as its instrument's price step has: ``430.47``.

    Zeros at the end of ``step`` do not count: a NUMERIC column gives 0.01 back as ``0.010000``.
    """
    return f"{price:.{max(0, -int(step.normalize().as_tuple().exponent))}f}"


def rounded_minor(amount: Decimal, currency: str = HOME_CURRENCY) -> int:
    """Round a computed amount to minor units. The one rounding rule of Birzha: half away from zero.

    It is used twice per fill, for price × quantity and for the fee on that rounded amount; nothing
    else is ever rounded. The customer's leg and the house's (for the fee: the fees account's) carry
    the same rounded number, so what it differs from the exact product by, half a minor unit at most,
    stays with the house: its gain where a buy is rounded up or a sell down, its loss the other way
    round. An order that is filled in parts is rounded part by part. Nothing is created or lost.

    Args:
        amount: an exact product such as price × quantity, in major units.
        currency: ISO 4217 code.
    """
    return int(amount.scaleb(EXPONENTS[currency], EXACT).quantize(_ONE, ROUND_HALF_UP, EXACT))
