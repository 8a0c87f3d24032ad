"""Renders a notification's title and body from its kind and values, in the active language.

Money and prices are written by :mod:`notification_service.inbox.amounts`. The text is plain, never HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from notification_service.inbox import order_texts as orders
from notification_service.inbox.amounts import money_text, number_text, price_text
from notification_service.inbox.models import Kind
from notification_service.inbox.security_texts import security, security_title
from servicekit.home_currency import home_currency

Params = dict[str, Any]

#: How many texts a process remembers, each with its values some 1 kB.
REMEMBERED = 4096


class Text(NamedTuple):
    """What a notification says."""

    title: str
    body: str


def text_of(kind: str, params: Params) -> Text:
    """Title and body of a notification, as lists show them; see :func:`title_of` and :func:`body_of`.

    Whoever looks at a list again sees the same ones, and writing them is half of what a page of 50 costs
    (measured): each is written once for the same values, language and home currency.
    """
    return _written(kind, orjson.dumps(params), get_language() or "en", home_currency())


@lru_cache(maxsize=REMEMBERED)
def _written(kind: str, params: bytes, language: str, currency: str) -> Text:
    """The text of these values. What it is written in is active, so it stands among the arguments."""
    values = orjson.loads(params)
    return Text(title_of(kind, values), body_of(kind, values))


def title_of(kind: str, params: Params) -> str:
    """The headline of a notification, without a full stop."""
    return _WRITERS[Kind(kind)][0](params)


def body_of(kind: str, params: Params) -> str:
    """What happened, in whole sentences with the amounts.

    Args:
        params: the values kept with the notification: amounts in minor units, prices as strings.
    """
    return _WRITERS[Kind(kind)][1](params)


def _welcome_title(params: Params) -> str:
    return _("Welcome to Birzha")


def _welcome(params: Params) -> str:
    return _("Hello, %(name)s! Top up your account, find an instrument and place your first order.") % {
        "name": params["username"]
    }


def _deposit_title(params: Params) -> str:
    return _("Account topped up")


def _deposit(params: Params) -> str:
    return _("%(amount)s was deposited. Your balance is %(balance)s.") % {
        "amount": money_text(params["amount"], params["currency"]),
        "balance": money_text(params["balance_after"], params["currency"]),
    }


def _withdrawal_title(params: Params) -> str:
    return _("Money withdrawn")


def _withdrawal(params: Params) -> str:
    return _("%(amount)s went out. Your balance is %(balance)s.") % {
        "amount": money_text(params["amount"], params["currency"]),
        "balance": money_text(params["balance_after"], params["currency"]),
    }


def _dividend_title(params: Params) -> str:
    return _("Dividend of %(ticker)s") % {"ticker": params["ticker"]}


def _dividend(params: Params) -> str:
    text = ngettext(
        "%(amount)s came in for %(quantity)s unit of %(ticker)s, %(per_unit)s for each. Your balance is "
        "%(balance)s.",
        "%(amount)s came in for %(quantity)s units of %(ticker)s, %(per_unit)s for each. Your balance is "
        "%(balance)s.",
        params["quantity"],
    )
    return text % {
        "quantity": number_text(params["quantity"]),
        "ticker": params["ticker"],
        "per_unit": price_text(params["per_unit"], params["currency"]),
        "amount": money_text(params["amount"], params["currency"]),
        "balance": money_text(params["balance_after"], params["currency"]),
    }


def _split_title(params: Params) -> str:
    return _("Split of %(ticker)s") % {"ticker": params["ticker"]}


def _split(params: Params) -> str:
    """Units are written without a noun, so that every number fits."""
    text = _(
        "Units of %(ticker)s: %(before)s before, %(after)s now (%(old)s → %(new)s). All open orders for it "
        "were canceled."
    ) % {
        "ticker": params["ticker"],
        "old": number_text(params["old_units"]),
        "new": number_text(params["new_units"]),
        "before": number_text(params["old_quantity"]),
        "after": number_text(params["quantity"]),
    }
    if not params["amount"]:
        return text
    paid = _("For the fraction left over you were paid %(amount)s.")
    return f"{text} {paid % {'amount': money_text(params['amount'], params['currency'])}}"


def _frozen_title(params: Params) -> str:
    return _("Your account is frozen")


def _frozen(params: Params) -> str:
    return _(
        "It is being checked. Your money is safe. Until then you cannot top up, withdraw or buy; you can "
        "still sell."
    )


def _unfrozen_title(params: Params) -> str:
    return _("Your account is no longer frozen")


def _unfrozen(params: Params) -> str:
    return _("You can top up, withdraw and buy again.")


def _alert_title(params: Params) -> str:
    return _("%(ticker)s: %(price)s") % {
        "ticker": params["ticker"],
        "price": price_text(params["quote"], params["currency"]),
    }


def _alert(params: Params) -> str:
    text = {
        "above": _("%(ticker)s rose to %(quote)s. You asked to be told at %(price)s."),
        "below": _("%(ticker)s fell to %(quote)s. You asked to be told at %(price)s."),
    }[params["direction"]]
    return text % {
        "ticker": params["ticker"],
        "quote": price_text(params["quote"], params["currency"]),
        "price": price_text(params["price"], params["currency"]),
    }


def _statement_title(params: Params) -> str:
    return _("Statement for %(month)s") % {"month": _month(params["month"])}


def _statement(params: Params) -> str:
    return _(
        "Your statement for %(month)s is ready: balances, sums and every operation, as PDF, under History → "
        "Statements."
    ) % {"month": _month(params["month"])}


def _month(text: str) -> str:
    """``2026-10`` in words; Russian writes months small."""
    words = str(date_format(date.fromisoformat(f"{text}-01"), "F Y"))
    return words.lower() if _language() == "ru" else words


def _news_title(params: Params) -> str:
    return _in_active_language(params["title"])


def _news(params: Params) -> str:
    """The operator's own text."""
    return _in_active_language(params["body"])


def _in_active_language(texts: dict[str, str]) -> str:
    return texts[_language()]


def _language() -> str:
    return "ru" if (get_language() or "").startswith("ru") else "en"


def _reversal_title(params: Params) -> str:
    return _("Reversal on your account")


def _reversal(params: Params) -> str:
    """The reason is the operator's own text, in the language it was written in."""
    if params["amount"] < 0:
        text = _("%(amount)s was taken from your account. Your balance is %(balance)s. Reason: %(reason)s")
    else:
        text = _("%(amount)s was added to your account. Your balance is %(balance)s. Reason: %(reason)s")
    return text % {
        "amount": money_text(abs(params["amount"]), params["currency"]),
        "balance": money_text(params["balance_after"], params["currency"]),
        "reason": params["reason"],
    }


_WRITERS: dict[Kind, tuple[Callable[[Params], str], Callable[[Params], str]]] = {
    Kind.WELCOME: (_welcome_title, _welcome),
    Kind.SECURITY_NOTICED: (security_title, security),
    Kind.DEPOSIT_BOOKED: (_deposit_title, _deposit),
    Kind.WITHDRAWAL_BOOKED: (_withdrawal_title, _withdrawal),
    Kind.DIVIDEND_BOOKED: (_dividend_title, _dividend),
    Kind.POSITION_SPLIT: (_split_title, _split),
    Kind.ACCOUNT_FROZEN: (_frozen_title, _frozen),
    Kind.ACCOUNT_UNFROZEN: (_unfrozen_title, _unfrozen),
    Kind.PRICE_ALERT: (_alert_title, _alert),
    Kind.STATEMENT_READY: (_statement_title, _statement),
    Kind.OPERATOR_NEWS: (_news_title, _news),
    Kind.REVERSAL_BOOKED: (_reversal_title, _reversal),
    Kind.ORDER_FILLED: (orders.filled_title, orders.filled),
    Kind.ORDER_PARTLY_FILLED: (orders.filled_title, orders.filled),
    Kind.ORDER_REJECTED: (orders.rejected_title, orders.rejected),
    Kind.ORDER_CANCELED: (orders.canceled_title, orders.canceled),
    Kind.ORDER_EXPIRED: (orders.expired_title, orders.expired),
}
