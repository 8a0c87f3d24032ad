"""Terms of trade, used by the services to decide and by the pages to estimate."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from zoneinfo import ZoneInfo

from servicekit.money import EXACT

#: The fee of what executes as it comes, as a share of its amount.
FEE_RATE = Decimal("0.0005")

#: The fee of what executes while it rests in the book.
MAKER_FEE_RATE = FEE_RATE

#: The least fee of an order, in minor units, where its rate is above zero.
MINIMUM_FEE = 1

#: How far from the latest quote a market order may execute, as a share of the quote.
PRICE_PROTECTION = Decimal("0.01")

#: How far from the latest quote a limit may be, as a share of the quote.
LIMIT_RANGE = Decimal("0.2")

#: Days that an order ``gtc`` may rest.
GTC_DAYS = 90

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


def limit_range(*, quote: Decimal, step: Decimal, share: Decimal) -> tuple[Decimal, Decimal]:
    """The lowest and the highest limit that an order may have: the quote less and plus ``share`` of it.

    Rounded to the price step, inwards; the lowest is one step at least, and the quote itself is always
    within.
    """
    step = step.normalize()
    with localcontext(EXACT):
        low = (quote * (1 - share) / step).to_integral_value(ROUND_CEILING)
        high = (quote * (1 + share) / step).to_integral_value(ROUND_FLOOR)
        return plain(max(Decimal(1), low) * step), plain(max(Decimal(1), high) * step)


def resting_until(*, time_in_force: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when a limit order may rest: ``day``, until the next midnight of ``zone``; ``gtc``, 90 days.

    None: it does not rest (``ioc``, ``fok``).
    """
    if time_in_force == "gtc":
        return now + timedelta(days=GTC_DAYS)
    if time_in_force == "day":
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), zone).astimezone(now.tzinfo)
    return None
