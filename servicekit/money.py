"""Money: whole minor units inside (``int``), decimal strings outside, and the one rounding rule:
against the customer, for the house (:func:`amount_minor`, :func:`fee_minor`, :func:`order_charge`).

Cash is never a float and never a fraction of a minor unit: ``123450`` with currency ``USD`` is
``"1234.50"``. Prices are :class:`~decimal.Decimal` and may be finer than a minor unit.
"""

from __future__ import annotations

import functools
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import NamedTuple

#: Digits after the point of each currency that an exchange can be kept in (ISO 4217).
EXPONENTS: dict[str, int] = {"USD": 2, "EUR": 2, "RUB": 2}

#: Enough digits for any product of a price, a quantity and a rate to be exact.
EXACT = Context(prec=60)

#: The largest amount that fits a BIGINT with room to add a few of them up: 10^16 minor units.
MAX_MINOR = 10**16


def to_minor(text: str | Decimal, currency: str) -> int:
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


def to_text(minor: int, currency: str) -> str:
    """Turn minor units into the decimal string of the public contract: ``123450`` → ``"1234.50"``."""
    exponent = EXPONENTS[currency]
    return f"{Decimal(minor).scaleb(-exponent):.{exponent}f}"


def price_text(price: Decimal, step: Decimal) -> str:
    """Write a price with as many digits as its instrument's price step has: ``430.47``.

    Zeros at the end of ``step`` do not count: a NUMERIC column gives 0.01 back as ``0.010000``.
    """
    return f"{price:.{_step_digits(step)}f}"


@functools.lru_cache(maxsize=1024)
def change_percent(price: Decimal, previous_close: Decimal) -> str:
    """By how many percent a price is above the previous close, which is above zero: "0.00", never "-0.00"."""
    percent = (price / previous_close - 1) * 100
    return str(percent.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) + 0)


def _step_digits(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


class Charge(NamedTuple):
    """What an order comes to, in minor units: ``amount`` for the units, and the ``fee`` on it."""

    amount: int
    fee: int


def amount_minor(value: Decimal, side: str, currency: str) -> int:
    """Round price × quantity to minor units: up for a ``buy``, down for a ``sell``.

    So a customer never gains by a pattern of sizes, and what an amount differs from the exact value
    by, less than one minor unit, is the house's. Why: docs/adr/0007.

    Args:
        value: an exact product of price and quantity, in major units, zero or above.
        side: ``buy`` or ``sell``.
        currency: ISO 4217 code.
    """
    rounding = ROUND_CEILING if side == "buy" else ROUND_FLOOR
    return int(value.scaleb(EXPONENTS[currency], EXACT).to_integral_value(rounding, EXACT))


def fee_minor(amount: int, rate: Decimal) -> int:
    """The fee on an amount, both in minor units: ``rate`` of it, rounded up.

    So it is one minor unit at least while the amount and the rate are above zero, and zero otherwise.
    """
    return int(EXACT.multiply(amount, rate).to_integral_value(ROUND_CEILING, EXACT))


def order_charge(value: Decimal, *, side: str, fee_rate: Decimal, currency: str) -> Charge:
    """What an order of this exact value comes to: the amount, and the fee on it.

    Neither is ever less for a greater value. So a hold of both at an order's price bound covers all of
    its fills, and a fill of a part is what the parts so far come to, less what the parts before it did.

    Args:
        value: the exact sum of price × quantity, in major units.
        side: ``buy`` or ``sell``.
        fee_rate: the fee as a share of the amount.
        currency: ISO 4217 code.
    """
    amount = amount_minor(value, side, currency)
    return Charge(amount, fee_minor(amount, fee_rate))
