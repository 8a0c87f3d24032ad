"""What an order may cost: cap price and fee. Pure functions; amounts are in ``reference.valuation``.

Prices are in major units, amounts in minor ones; every rounding of money is
:func:`servicekit.money.rounded_minor`.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from django.conf import settings

from servicekit.money import EXACT, EXPONENTS, rounded_minor


def cap_price(*, side: str, quote: Decimal, step: Decimal) -> Decimal:
    """The price beyond which a market order must not execute.

    The quote last heard plus PRICE_PROTECTION, rounded up to the price step, for a buy; minus it,
    rounded down but at least one step, for a sell.
    """
    protection = settings.PRICE_PROTECTION
    step = step.normalize()
    with localcontext(EXACT):
        if side == "buy":
            steps = (quote * (1 + protection) / step).to_integral_value(ROUND_CEILING)
        else:
            steps = max(Decimal(1), (quote * (1 - protection) / step).to_integral_value(ROUND_FLOOR))
        price = steps * step
        return price.quantize(Decimal(1)) if price == price.to_integral_value() else price.normalize()


def fee_of(*, amount: int, currency: str) -> int:
    """The fee on an amount: FEE_RATE of it, rounded once."""
    major = Decimal(amount).scaleb(-EXPONENTS[currency], EXACT)
    return rounded_minor(EXACT.multiply(major, settings.FEE_RATE), currency)
