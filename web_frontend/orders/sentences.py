"""What happened to an order, as a sentence: from the order alone, never ahead of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from web_frontend.templatetags.formatting import average, money, units, whole


def order_sentence(order: dict[str, Any]) -> str:
    """A sentence for a person, such as ``You bought 10 AAPL at $430.47 each.``"""
    buying = order["side"] == "buy"
    words = {
        "quantity": whole(order["quantity"]),
        "ticker": order["ticker"],
        "filled": units(order["filled_quantity"]),
        "price": average(order["average_price"], order["currency"]),
        "amount": money(order["amount"], order["currency"]),
    }
    return _template(order, buying) % words


def _template(order: dict[str, Any], buying: bool) -> str:
    status, partly = order["status"], int(order["filled_quantity"]) > 0
    if status == "accepted":
        return (
            _("Your order to buy %(quantity)s %(ticker)s was accepted. The cash for it is being set aside.")
            if buying
            else _("Your order to sell %(quantity)s %(ticker)s was accepted.")
        )
    if status == "working":
        return (
            _("Your order to buy %(quantity)s %(ticker)s is at the exchange.")
            if buying
            else _("Your order to sell %(quantity)s %(ticker)s is at the exchange.")
        )
    if status == "partially_filled":
        return (
            _("%(filled)s of %(quantity)s %(ticker)s bought so far.")
            if buying
            else _("%(filled)s of %(quantity)s %(ticker)s sold so far.")
        )
    if status == "filled":
        return (
            _("You bought %(quantity)s %(ticker)s at %(price)s each, %(amount)s in all.")
            if buying
            else _("You sold %(quantity)s %(ticker)s at %(price)s each, %(amount)s in all.")
        )
    if status == "rejected":
        return _("The order was rejected. Nothing was traded and no money moved.")
    if status == "canceled":
        return (
            _("The order was canceled after %(filled)s had been traded.")
            if partly
            else _("The order was canceled. Nothing was traded and no money moved.")
        )
    return (
        _("The order expired after %(filled)s had been traded.")
        if partly
        else _("The order expired. Nothing was traded and no money moved.")
    )
