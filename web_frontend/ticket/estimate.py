"""What an order would come to, at the present price and at worst: worked out as trading_service does.

Prices are decimal strings and amounts minor units here; what leaves is decimal strings. It is an estimate
from the price on the page; only the worst price, which goes with the order, binds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
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
        price: the present price of a unit.
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
) -> Estimate | None:
    """What ``quantity`` units come to; None without a price.

    Args:
        account: billing's answer, None when it is not known. The worst price of a buy is within its cash.
        limit_price: of a limit order; it is the price then, and the worst one.
    """
    if not limit_price and not instrument.get("price"):
        return None
    currency = instrument["currency"]
    price = Decimal(limit_price or instrument["price"])
    worst = price if limit_price else _worst_affordable(instrument, side, quantity, account)
    amount, fee = _charge(instrument, side, price, quantity)
    total = amount + fee if side == "buy" else amount - fee
    return Estimate(
        price=limit_price or instrument["price"],
        amount=to_text(amount, currency),
        fee=to_text(fee, currency),
        total=to_text(total, currency),
        worst_price=price_text(worst, Decimal(instrument["price_step"])),
        worst_total=to_text(_total(instrument, side, worst, quantity), currency),
        left=to_text(cash_of(account) - total, currency) if account and side == "buy" else "",
    )


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
    return _largest(0, MAX_QUANTITY, lambda quantity: _total(instrument, "buy", cap, quantity) <= cash)


def can_afford(instrument: dict[str, Any], account: dict[str, Any], quantity: int) -> bool:
    """Whether the cash pays for a quantity at the present price."""
    return _total(instrument, "buy", Decimal(instrument["price"]), quantity) <= cash_of(account)


def cash_of(account: dict[str, Any]) -> int:
    """What the account can spend, in minor units."""
    return to_minor(account["available"], account["currency"])


def _worst_affordable(
    instrument: dict[str, Any], side: str, quantity: int, account: dict[str, Any] | None
) -> Decimal:
    """The price protection; for a buy that the cash does not pay for at that, as far as the cash goes.

    So an order is not refused for want of money when the price moves by a tick while it is reviewed.
    """
    price, step = Decimal(instrument["price"]), Decimal(instrument["price_step"])
    cap = worst_price(instrument, side, price)
    if side != "buy" or account is None:
        return cap
    cash = cash_of(account)
    lowest = int((price / step).to_integral_value(ROUND_CEILING))
    return step * _largest(
        lowest, int(cap / step), lambda steps: _total(instrument, side, steps * step, quantity) <= cash
    )


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to ``high`` that fits, where whatever is below one that fits does, too.

    ``low``: taken when nothing above it fits.
    """
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _total(instrument: dict[str, Any], side: str, price: Decimal, quantity: int) -> int:
    amount, fee = _charge(instrument, side, price, quantity)
    return amount + fee if side == "buy" else amount - fee


def _charge(instrument: dict[str, Any], side: str, price: Decimal, quantity: int) -> tuple[int, int]:
    return order_charge(
        price * quantity, side=side, fee_rate=settings.FEE_RATE, currency=instrument["currency"]
    )
