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
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

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
    return _said(_TEXTS[Kind(kind)][0], params)


def body_of(kind: str, params: Params) -> str:
    """What happened, in whole sentences with the amounts.

    Args:
        params: the values kept with the notification: amounts in minor units, prices as strings.
    """
    return _said(_TEXTS[Kind(kind)][1], params)


def _said(text: Promise | Callable[[Params], str], params: Params) -> str:
    return text(params) if callable(text) else str(text) % _values(params)


def _values(params: Params) -> dict[str, str]:
    """What a notification keeps, by its names in the texts, as its reader writes it."""
    currency = params.get("currency", "")
    return {
        name: write(params[field], currency) for field, (name, write) in _WRITTEN.items() if field in params
    }


def _money(minor: int, currency: str) -> str:
    """Which way it went is said in words."""
    return money_text(abs(minor), currency)


def _number(value: int, _currency: str) -> str:
    return number_text(value)


def _as_it_is(text: str, _currency: str) -> str:
    return text


def _month(text: str, _currency: str) -> str:
    """``2026-10`` in words; Russian writes months small."""
    words = str(date_format(date.fromisoformat(f"{text}-01"), "F Y"))
    return words.lower() if _language() == "ru" else words


_WRITTEN: dict[str, tuple[str, Callable[[Any, str], str]]] = {
    "username": ("name", _as_it_is),
    "ticker": ("ticker", _as_it_is),
    "reason": ("reason", _as_it_is),  # an operator's own text, in the language it was written in
    "month": ("month", _month),
    "amount": ("amount", _money),
    "balance_after": ("balance", money_text),
    "per_unit": ("per_unit", price_text),
    "price": ("price", price_text),
    "quote": ("quote", price_text),
    "quantity": ("quantity", _number),
    "old_quantity": ("old_quantity", _number),
    "old_units": ("old", _number),
    "new_units": ("new", _number),
}


def _dividend(params: Params) -> str:
    text = ngettext(
        "%(amount)s came in for %(quantity)s unit of %(ticker)s, %(per_unit)s for each. Your balance is "
        "%(balance)s.",
        "%(amount)s came in for %(quantity)s units of %(ticker)s, %(per_unit)s for each. Your balance is "
        "%(balance)s.",
        params["quantity"],
    )
    return text % _values(params)


def _split(params: Params) -> str:
    """Units are written without a noun, so that every number fits."""
    values = _values(params)
    text = _(
        "Units of %(ticker)s: %(before)s before, %(after)s now (%(old)s → %(new)s). All open orders for it "
        "were canceled."
    ) % (values | {"before": values["old_quantity"], "after": values["quantity"]})
    if not params["amount"]:
        return text
    paid = _("For the fraction left over you were paid %(amount)s.") % values
    return f"{text} {paid}"


def _alert(params: Params) -> str:
    if params["direction"] == "above":
        text = _("%(ticker)s rose to %(quote)s. You asked to be told at %(price)s.")
    else:
        text = _("%(ticker)s fell to %(quote)s. You asked to be told at %(price)s.")
    return text % _values(params)


def _reversal(params: Params) -> str:
    if params["amount"] < 0:
        text = _("%(amount)s was taken from your account. Your balance is %(balance)s. Reason: %(reason)s")
    else:
        text = _("%(amount)s was added to your account. Your balance is %(balance)s. Reason: %(reason)s")
    return text % _values(params)


def _in_active_language(field: str) -> Callable[[Params], str]:
    """An operator's own text, written in each language."""
    return lambda params: str(params[field][_language()])


def _language() -> str:
    return "ru" if (get_language() or "").startswith("ru") else "en"


#: Title and body of each kind: a sentence of its values, or what makes one of them.
_TEXTS: dict[Kind, tuple[Promise | Callable[[Params], str], Promise | Callable[[Params], str]]] = {
    Kind.WELCOME: (
        _("Welcome to Birzha"),
        _("Hello, %(name)s! Top up your account, find an instrument and place your first order."),
    ),
    Kind.SECURITY_NOTICED: (security_title, security),
    Kind.DEPOSIT_BOOKED: (
        _("Account topped up"),
        _("Your account was topped up by %(amount)s. Your balance is %(balance)s."),
    ),
    Kind.WITHDRAWAL_BOOKED: (
        _("Money withdrawn"),
        _("%(amount)s was withdrawn. Your balance is %(balance)s."),
    ),
    Kind.DIVIDEND_BOOKED: (_("Dividend of %(ticker)s"), _dividend),
    Kind.POSITION_SPLIT: (_("Split of %(ticker)s"), _split),
    Kind.ACCOUNT_FROZEN: (
        _("Your account is frozen"),
        _(
            "It is being checked. Your money is safe. Until then you cannot top up, withdraw or buy; you can "
            "still sell."
        ),
    ),
    Kind.ACCOUNT_UNFROZEN: (
        _("Your account is no longer frozen"),
        _("You can top up, withdraw and buy again."),
    ),
    Kind.PRICE_ALERT: (_("%(ticker)s: %(quote)s"), _alert),
    Kind.STATEMENT_READY: (
        _("Statement for %(month)s"),
        _(
            "Your statement for %(month)s is ready: balances, sums and every operation, as PDF, under "
            "History → Statements."
        ),
    ),
    Kind.OPERATOR_NEWS: (_in_active_language("title"), _in_active_language("body")),
    Kind.REVERSAL_BOOKED: (_("Reversal on your account"), _reversal),
    Kind.ORDER_FILLED: (orders.filled_title, orders.filled),
    Kind.ORDER_PARTLY_FILLED: (orders.filled_title, orders.filled),
    Kind.ORDER_REJECTED: (_("Order rejected"), orders.rejected),
    Kind.ORDER_CANCELED: (orders.canceled_title, orders.canceled),
    Kind.ORDER_EXPIRED: (_("Order expired"), orders.expired),
}
