"""The titles and bodies of what happened to an order, in the active language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notification_service.inbox.amounts import money_text, number_text, price_text
from servicekit.reject_sentence import reject_sentence

Params = dict[str, Any]


def filled_title(params: Params) -> str:
    return _("Order filled") if params["final"] else _("Order partly filled")


def filled(params: Params) -> str:
    price = price_text(params["price"], params["currency"])
    if params.get("parts", 1) > 1:
        price = _("%(price)s on average") % {"price": price}
    values = _order_values(params) | {
        "price": price,
        "amount": money_text(params["amount"], params["currency"]),
        "fee": money_text(params["fee"], params["currency"]),
    }
    if params["side"] == "buy":
        text = ngettext(
            "Bought %(quantity)s unit of %(ticker)s at %(price)s for %(amount)s, fee %(fee)s.",
            "Bought %(quantity)s units of %(ticker)s at %(price)s for %(amount)s, fee %(fee)s.",
            params["quantity"],
        )
    else:
        text = ngettext(
            "Sold %(quantity)s unit of %(ticker)s at %(price)s for %(amount)s, fee %(fee)s.",
            "Sold %(quantity)s units of %(ticker)s at %(price)s for %(amount)s, fee %(fee)s.",
            params["quantity"],
        )
    return " ".join(filter(None, (text % values, _filled_so_far(params))))


def _filled_so_far(params: Params) -> str:
    """How much of the whole order is filled; "" where this fill is all of it, or the event does not say."""
    if "remaining" not in params:
        return ""
    filled = params["filled_quantity"]
    if params["final"] and filled == params["quantity"]:
        return ""
    if params["final"]:
        return _("That completes the order: %(whole)s in all.") % {"whole": number_text(filled)}
    return _("Filled so far: %(filled)s of %(whole)s.") % {
        "filled": number_text(filled),
        "whole": number_text(filled + params["remaining"]),
    }


def rejected(params: Params) -> str:
    if params["side"] == "buy":
        text = ngettext(
            "The order to buy %(quantity)s unit of %(ticker)s was rejected.",
            "The order to buy %(quantity)s units of %(ticker)s was rejected.",
            params["quantity"],
        )
    else:
        text = ngettext(
            "The order to sell %(quantity)s unit of %(ticker)s was rejected.",
            "The order to sell %(quantity)s units of %(ticker)s was rejected.",
            params["quantity"],
        )
    return f"{text % _order_values(params)} {_reason(params)}"


def _reason(params: Params) -> str:
    """Why an order was rejected, in the words of the public contract."""
    return reject_sentence(code=params["code"], limit=params["limit"], value=params["value"])


def canceled_title(params: Params) -> str:
    return _("Order replaced") if params.get("replaced_by") else _("Order canceled")


def canceled(params: Params) -> str:
    if params.get("replaced_by"):
        return _replaced(params)
    if params["side"] == "buy":
        text = ngettext(
            "The order to buy %(quantity)s unit of %(ticker)s was canceled.",
            "The order to buy %(quantity)s units of %(ticker)s was canceled.",
            params["quantity"],
        )
    else:
        text = ngettext(
            "The order to sell %(quantity)s unit of %(ticker)s was canceled.",
            "The order to sell %(quantity)s units of %(ticker)s was canceled.",
            params["quantity"],
        )
    sentences = [text % _order_values(params), _why(params), _filled_before(params)]
    if params.get("detail"):  # an operator's own text, in the language it was written in
        sentences.append(_("Reason: %(reason)s") % {"reason": params["detail"]})
    return " ".join(filter(None, sentences))


def _replaced(params: Params) -> str:
    if params["side"] == "buy":
        text = ngettext(
            "The order to buy %(quantity)s unit of %(ticker)s was replaced by a new one.",
            "The order to buy %(quantity)s units of %(ticker)s was replaced by a new one.",
            params["quantity"],
        )
    else:
        text = ngettext(
            "The order to sell %(quantity)s unit of %(ticker)s was replaced by a new one.",
            "The order to sell %(quantity)s units of %(ticker)s was replaced by a new one.",
            params["quantity"],
        )
    return " ".join(filter(None, (text % _order_values(params), _filled_before(params))))


def _why(params: Params) -> str:
    """Why an order ended before it was filled; "" at the customer's own request."""
    code = params.get("code", "")
    return reject_sentence(code=code) if code else ""


def expired(params: Params) -> str:
    if params["side"] == "buy":
        text = ngettext(
            "The order to buy %(quantity)s unit of %(ticker)s expired.",
            "The order to buy %(quantity)s units of %(ticker)s expired.",
            params["quantity"],
        )
    else:
        text = ngettext(
            "The order to sell %(quantity)s unit of %(ticker)s expired.",
            "The order to sell %(quantity)s units of %(ticker)s expired.",
            params["quantity"],
        )
    return " ".join(filter(None, (text % _order_values(params), _why(params), _filled_before(params))))


def _filled_before(params: Params) -> str:
    """What of an order had been filled before it ended; "" if nothing had."""
    filled = params["filled_quantity"]
    if not filled:
        return ""
    text = ngettext(
        "%(filled)s unit had been filled before that.",
        "%(filled)s units had been filled before that.",
        filled,
    )
    return text % {"filled": number_text(filled)}


def _order_values(params: Params) -> dict[str, str]:
    return {"quantity": number_text(params["quantity"]), "ticker": params["ticker"]}
