"""The terms of trade: what the services decide by and the pages estimate by, in one place."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from servicekit.money import EXACT

#: The fee, as a share of the amount of an order.
FEE_RATE = Decimal("0.0005")

#: How far from the latest quote a market order may execute, as a share of the quote.
PRICE_PROTECTION = Decimal("0.01")

#: The venue executes at a quote that is at most so many seconds old.
QUOTE_MAX_AGE_S = 30


def cap_price(*, side: str, quote: Decimal, step: Decimal, protection: Decimal) -> Decimal:
    """The price beyond which a market order must not execute.

    The quote plus ``protection`` of it, rounded up to the price step, for a buy; minus it, rounded
    down but at least one step, for a sell. Prices are in major units.
    """
    step = step.normalize()
    with localcontext(EXACT):
        if side == "buy":
            steps = (quote * (1 + protection) / step).to_integral_value(ROUND_CEILING)
        else:
            steps = max(Decimal(1), (quote * (1 - protection) / step).to_integral_value(ROUND_FLOOR))
        return plain(steps * step)


def on_step(price: Decimal, step: Decimal) -> bool:
    """Whether a price is a whole multiple of the price step."""
    return EXACT.remainder(price, step) == 0


def plain(price: Decimal) -> Decimal:
    """The same price without needless zeros and without an exponent."""
    return price.quantize(Decimal(1)) if price == price.to_integral_value() else price.normalize()
