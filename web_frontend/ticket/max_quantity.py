"""How many units could be bought or sold, and what speaks against a quantity."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from servicekit.money import to_text
from web_frontend.templatetags.formatting import money, units
from web_frontend.ticket.estimate import can_afford, cash_of, hold_of, max_affordable


class MaxQuantity(NamedTuple):
    """How many units can be traded at most.

    Attributes:
        units: None when that is not known.
        bound: what it comes from: ``cash``, ``offer``, ``nobody`` (none are offered) or ``position``.
        means: the cash available (a decimal string), or the units that can be sold.
    """

    units: int | None
    bound: str = ""
    means: Any = None


def max_quantity_of(
    side: str,
    instrument: dict[str, Any],
    account: dict[str, Any] | None,
    positions: dict[str, Any] | None,
    *,
    is_limit: bool = False,
    limit_price: str = "",
    book: dict[str, Any] | None = None,
) -> MaxQuantity:
    """How many units an order can be for.

    Args:
        account, positions: None when they are not known.
        limit_price: of a limit order; "" while it has none, which is estimated at the market price.
        book: the venue's answer, None when it is not known.
    """
    if side == "sell":
        return _max_sale(instrument, positions)
    if not account or not (limit_price or instrument.get("price")):
        return MaxQuantity(None)
    paid, bound = max_affordable(instrument, account, limit_price=limit_price), "cash"
    offered = offered_units(instrument, book)
    if not is_limit and paid > offered:  # a limit order can wait for more
        paid, bound = offered, "offer" if offered else "nobody"
    return MaxQuantity(paid - paid % _lot(instrument), bound, account["available"])


def replacement_error(
    order: dict[str, Any],
    quantity: int,
    limit_price: str,
    instrument: dict[str, Any],
    *,
    account: dict[str, Any] | None = None,
    positions: dict[str, Any] | None = None,
) -> str:
    """What one has not got for an order that is to take another one's place; "" for nothing.

    What the other one holds is free then.

    Args:
        order: the one that is replaced.
        quantity: of the new one in all, what is filled already included.
        account: for a buy, None when it is not known.
        positions: for a sale, None when they are not known.
    """
    filled, rest = int(order["filled_quantity"]), int(order["quantity"]) - int(order["filled_quantity"])
    if order["side"] == "sell":
        free = _max_sale(instrument, positions).units
        if free is None or quantity <= filled + rest + free:
            return ""
        return _("You can sell %(most)s at most.") % {"most": units(filled + rest + free)}
    if not account:
        return ""
    cash = to_text(cash_of(account) + hold_of(instrument, rest, order["limit_price"]), instrument["currency"])
    paid = max_affordable(instrument, {**account, "available": cash}, limit_price=limit_price)
    if quantity <= filled + paid:
        return ""
    return _too_much(paid, cash, instrument, filled=filled)


def offered_units(instrument: dict[str, Any], book: dict[str, Any] | None) -> int:
    """How many units are known to be offered: by Birzha itself, or by the known levels of the book."""
    if book is None:
        return int(instrument["available_quantity"])
    asks = sum(int(level["quantity"]) for level in book.get("asks") or ())
    return max(asks, int(instrument["available_quantity"])) if asks else 0


def quantity_error(
    side: str,
    quantity: int,
    most: MaxQuantity,
    instrument: dict[str, Any],
    account: dict[str, Any] | None,
    *,
    is_limit: bool = False,
    book: dict[str, Any] | None = None,
) -> str:
    """What stands against so many units; "" for nothing."""
    lot = _lot(instrument)
    if quantity % lot and not (side == "sell" and quantity == most.units):
        return _lot_error(side, most, lot)
    if most.units is None or quantity <= most.units:
        return ""
    if side == "sell" and not most.units:
        return _("You have none left to sell")
    if side == "sell":
        return _("You can sell %(most)s at most.") % {"most": units(most.units)}
    assert account is not None  # else the most is not known
    if not is_limit and can_afford(instrument, account, quantity, book):
        return ""  # it pays, though not for the whole of the price protection
    paid = most.units
    if most.bound in ("offer", "nobody"):
        paid = max_affordable(instrument, account)
        if quantity <= paid:
            return ""
    return _too_much(paid, account["available"], instrument, is_limit=is_limit)


def offer_note(
    side: str, quantity: int, most: MaxQuantity, instrument: dict[str, Any], book: dict[str, Any] | None
) -> str:
    """What to know of a market order that is for more than others are known to want; "" for nothing.

    Customers may offer more, so it is no reason against the order.
    """
    if side == "sell":
        if book is None or book.get("bids"):
            return ""
        return _("Nobody buys right now, so a market order would be canceled. A limit order can wait.")
    offered = offered_units(instrument, book)
    if most.units is None or quantity <= offered:
        return ""
    if not offered:
        return _("Nobody sells right now, so a market order would be canceled. A limit order can wait.")
    message = _("Only %(most)s are offered right now. What cannot be bought at once is canceled.")
    return message % {"most": units(offered)}


def _too_much(
    paid: int, cash: str, instrument: dict[str, Any], *, filled: int = 0, is_limit: bool = True
) -> str:
    """Says how many units the cash pays for.

    Args:
        paid: so many, of a market order at its worst price.
        filled: those that have been paid before.
    """
    lot = _lot(instrument)
    if paid < lot:
        means = money(cash, instrument["currency"])
        return _("%(means)s is not enough for %(least)s.") % {"means": means, "least": units(lot)}
    most = units(filled + paid - paid % lot)
    if not is_limit:
        message = _("Your available cash is enough for %(most)s at most, at the worst price.")
        return message % {"most": most}
    return _("Your available cash is enough for %(most)s at most.") % {"most": most}


def _lot(instrument: dict[str, Any]) -> int:
    return int(instrument.get("lot_size") or 1)


def _lot_error(side: str, most: MaxQuantity, lot: int) -> str:
    if side == "sell" and most.units and most.units % lot:
        message = _(
            "This instrument is traded in lots of %(lot)s: enter a multiple of it, or all that you can sell: "
            "%(most)s."
        )
        return message % {"lot": lot, "most": units(most.units)}
    return _("This instrument is traded in lots of %(lot)s: enter a multiple of it.") % {"lot": lot}


def _max_sale(instrument: dict[str, Any], positions: dict[str, Any] | None) -> MaxQuantity:
    """All that is free, which may be off the lot."""
    if positions is None:
        return MaxQuantity(None)
    held = [row for row in positions["results"] if row["ticker"] == instrument["ticker"]]
    free = int(held[0]["quantity"]) - int(held[0]["held_quantity"]) if held else 0
    return MaxQuantity(free, "position", free)
