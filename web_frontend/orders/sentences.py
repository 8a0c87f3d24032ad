"""What happened to an order, as a sentence: from the order alone, never ahead of it."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from web_frontend.orders.amounts import moved_of
from web_frontend.templatetags.formatting import at, average, money, units, whole


def order_sentence(order: dict[str, Any]) -> SafeString:
    """A sentence for a person, such as ``The order was canceled. Nothing was traded.``, safe in HTML."""
    buying = order["side"] == "buy"
    words = {
        "quantity": whole(order["quantity"]),
        "ticker": order["ticker"],
        "filled": whole(order["filled_quantity"]),
        "traded": units(order["filled_quantity"]),
        "price": average(order["average_price"], order["currency"]),
        "moved": money(moved_of(order), order["currency"]),
        "limit": money(order.get("limit_price"), order["currency"]),
        "until": at(order["expires_at"]) if order.get("expires_at") else _("the end of the market's day"),
    }
    is_waiting = order.get("rested_at") and order["status"] in ("working", "partially_filled")
    sentence = _waiting(order, buying) if is_waiting else _template(order, buying)
    return SafeString(sentence % {name: conditional_escape(word) for name, word in words.items()})


def _waiting(order: dict[str, Any], buying: bool) -> str:
    """Of an order that rests in the book, whole or what is left of it."""
    if order["status"] == "working":
        return (
            _("Waiting in the book to buy %(quantity)s %(ticker)s at %(limit)s or below, until %(until)s.")
            if buying
            else _(
                "Waiting in the book to sell %(quantity)s %(ticker)s at %(limit)s or above, until %(until)s."
            )
        )
    return (
        _(
            "%(filled)s of %(quantity)s %(ticker)s bought so far. The rest waits in the book at %(limit)s, "
            "until %(until)s."
        )
        if buying
        else _(
            "%(filled)s of %(quantity)s %(ticker)s sold so far. The rest waits in the book at %(limit)s, "
            "until %(until)s."
        )
    )


def _template(order: dict[str, Any], buying: bool) -> str:
    status, partly = order["status"], int(order["filled_quantity"]) > 0
    if status == "accepted":
        return (
            _("Your order to buy %(quantity)s %(ticker)s was accepted. The cash for it is being held.")
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
            _("You bought %(quantity)s %(ticker)s at %(price)s each and paid %(moved)s with the fee.")
            if buying
            else _("You sold %(quantity)s %(ticker)s at %(price)s each and received %(moved)s after the fee.")
        )
    if status == "rejected":
        return _("The order was rejected. Nothing was traded and no money moved.")
    if status == "canceled" and order.get("replaced_by"):
        return (
            _("The order was replaced by another one after %(traded)s had been traded.")
            if partly
            else _("The order was replaced by another one. Nothing was traded.")
        )
    if status == "canceled":
        return (
            _("The order was canceled after %(traded)s had been traded.")
            if partly
            else _("The order was canceled. Nothing was traded and no money moved.")
        )
    return (
        _("The order expired after %(traded)s had been traded.")
        if partly
        else _("The order expired. Nothing was traded and no money moved.")
    )
