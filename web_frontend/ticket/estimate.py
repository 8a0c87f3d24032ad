"""What an order would come to, at the market price and at worst: worked out as trading_service does.

Prices are decimal strings and amounts minor units here; what leaves is decimal strings. A market order is
estimated at what the book offers, or at the market price when that is not known; only the worst price, which
goes with the order, binds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.conf import settings

from servicekit.money import order_charge, price_text, to_minor, to_text
from servicekit.terms import cap_price

#: The most units of one order.
MAX_QUANTITY = 10**9


@dataclass(frozen=True)
class Estimate:
    """What an order comes to. All are decimal strings.

    Attributes:
        price: the price of a unit now: of a market order what it would execute at, on average.
        amount, fee, total: at that price; ``total`` is what is paid, or received for a sale.
        worst_price: the most that a unit may cost, or the least that it may bring.
        worst_total: the same for the whole order, fee included. For a buy it is set aside until then.
        left: the cash that is available after it; "" for a sale, or when the cash is not known.
    """

    price: str
    amount: str
    fee: str
    total: str
    worst_price: str
    worst_total: str
    left: str = ""


def estimate(
    instrument: dict[str, Any],
    side: str,
    quantity: int,
    account: dict[str, Any] | None = None,
    *,
    limit_price: str = "",
    book: dict[str, Any] | None = None,
) -> Estimate | None:
    """What ``quantity`` units come to; None without a price.

    Args:
        account: billing's answer, None when it is not known. The worst price of a buy is within its cash.
        limit_price: of a limit order; it is the price then, and the worst one.
        book: the venue's answer, None when it is not known.
    """
    if not limit_price and not instrument.get("price"):
        return None
    currency = instrument["currency"]
    price = Decimal(limit_price) if limit_price else Decimal(instrument["price"])
    value = price * quantity
    if not limit_price:
        value = _within(instrument, side, book_value(book, side, quantity) or value, quantity)
        price = _average(instrument, side, value, quantity)
    worst = price if limit_price else _worst_affordable(instrument, side, price, quantity, account)
    amount, fee = _charge(instrument, side, value)
    total = amount + fee if side == "buy" else amount - fee
    return Estimate(
        price=price_text(price, Decimal(instrument["price_step"])),
        amount=to_text(amount, currency),
        fee=to_text(fee, currency),
        total=to_text(total, currency),
        worst_price=price_text(worst, Decimal(instrument["price_step"])),
        worst_total=to_text(_total(instrument, side, worst * quantity), currency),
        left=to_text(cash_of(account) - total, currency) if account and side == "buy" else "",
    )


def book_value(book: dict[str, Any] | None, side: str, quantity: int) -> Decimal | None:
    """What ``quantity`` units cost a buyer, or bring a seller, at the best prices in the book.

    What is beyond the levels that are known counts at the last of them. None: nobody is there, or the book is
    not known.
    """
    levels = (book or {}).get("asks" if side == "buy" else "bids") or []
    if not levels:
        return None
    value, left = Decimal(0), quantity
    for level in levels:
        units = min(left, int(level["quantity"]))
        value += Decimal(level["price"]) * units
        left -= units
    return value + Decimal(levels[-1]["price"]) * left


def _within(instrument: dict[str, Any], side: str, value: Decimal, quantity: int) -> Decimal:
    """Not worse than the price protection, beyond which nothing executes."""
    bound = worst_price(instrument, side, Decimal(instrument["price"])) * quantity
    return min(value, bound) if side == "buy" else max(value, bound)


def _average(instrument: dict[str, Any], side: str, value: Decimal, quantity: int) -> Decimal:
    """The price of a unit, rounded against the customer to the step."""
    step = Decimal(instrument["price_step"])
    rounding = ROUND_CEILING if side == "buy" else ROUND_FLOOR
    return (value / quantity / step).to_integral_value(rounding) * step


def worst_price(instrument: dict[str, Any], side: str, price: Decimal) -> Decimal:
    """The price protection around a price: what trading_service bounds a market order by."""
    return cap_price(
        side=side,
        quote=price,
        step=Decimal(instrument["price_step"]),
        protection=settings.PRICE_PROTECTION,
    )


def max_affordable(instrument: dict[str, Any], account: dict[str, Any], *, limit_price: str = "") -> int:
    """The largest quantity that the cash pays for: at the limit, or at the price protection of a market
    order, so that a tick is no matter."""
    cash, price = cash_of(account), Decimal(limit_price or instrument["price"])
    cap = price if limit_price else worst_price(instrument, "buy", price)
    return _largest(0, MAX_QUANTITY, lambda quantity: _total(instrument, "buy", cap * quantity) <= cash)


def units_for(
    instrument: dict[str, Any],
    side: str,
    amount: int,
    *,
    limit_price: str = "",
    book: dict[str, Any] | None = None,
) -> int:
    """The most units that are paid with an amount of money, or bring no more than it, fee included.

    Args:
        amount: in minor units.
        limit_price: of a limit order; otherwise units count at what the book offers, or at the market price.
    """
    price = Decimal(limit_price or instrument["price"])

    def fits(quantity: int) -> bool:
        value = price * quantity
        if not limit_price:
            value = _within(instrument, side, book_value(book, side, quantity) or value, quantity)
        return _total(instrument, side, value) <= amount

    return _largest(0, MAX_QUANTITY, fits)


def can_afford(
    instrument: dict[str, Any], account: dict[str, Any], quantity: int, book: dict[str, Any] | None = None
) -> bool:
    """Whether the cash pays for a quantity at present prices."""
    value = book_value(book, "buy", quantity) or Decimal(instrument["price"]) * quantity
    return _total(instrument, "buy", value) <= cash_of(account)


def cash_of(account: dict[str, Any]) -> int:
    """What the account can spend, in minor units."""
    return to_minor(account["available"], account["currency"])


def hold_of(instrument: dict[str, Any], quantity: int, limit_price: str) -> int:
    """What is set aside for so many units of a limit order to buy, fee included, in minor units."""
    return _total(instrument, "buy", Decimal(limit_price) * quantity)


def _worst_affordable(
    instrument: dict[str, Any], side: str, price: Decimal, quantity: int, account: dict[str, Any] | None
) -> Decimal:
    """The price protection; for a buy that the cash does not pay for at that, as far as the cash goes.

    So an order is not refused for want of money when the price moves by a tick while it is reviewed.

    Args:
        price: what it would execute at now.
    """
    step = Decimal(instrument["price_step"])
    cap = worst_price(instrument, side, Decimal(instrument["price"]))
    if side != "buy" or account is None:
        return cap
    cash = cash_of(account)
    lowest = min(int((price / step).to_integral_value(ROUND_CEILING)), int(cap / step))
    return step * _largest(
        lowest, int(cap / step), lambda steps: _total(instrument, side, steps * step * quantity) <= cash
    )


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to ``high`` that fits, where whatever is below one that fits does, too.

    ``low``: taken when nothing above it fits.
    """
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _total(instrument: dict[str, Any], side: str, value: Decimal) -> int:
    amount, fee = _charge(instrument, side, value)
    return amount + fee if side == "buy" else amount - fee


def _charge(instrument: dict[str, Any], side: str, value: Decimal) -> tuple[int, int]:
    return order_charge(value, side=side, fee_rate=settings.FEE_RATE, currency=instrument["currency"])
