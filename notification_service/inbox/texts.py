"""Renders a notification's title and body from its kind and values, in the active language.

Money and prices are written by :mod:`notification_service.inbox.amounts`. The text is plain, never HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notification_service.inbox import link_texts as links
from notification_service.inbox import order_texts as orders
from notification_service.inbox.amounts import money_text, number_text, price_text
from notification_service.inbox.models import Kind

Params = dict[str, Any]


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


def _security_title(params: Params) -> str:
    if "link_id" in params:
        return links.title(params)
    return {
        "wrong_passwords": _("Someone is trying to guess your password"),
        "password_changed": _("Your password was changed"),
        "password_reset": _("A new password was set"),
        "email_change_requested": _("Somebody wants to change your e-mail"),
        "email_changed": _("Your e-mail was changed"),
        "api_key_made": _("An API key was created"),
    }[params["notice"]]


def _security(params: Params) -> str:
    if "link_id" in params:
        return links.body(params)
    return {
        "wrong_passwords": _(
            "There were ten wrong passwords in a row. Further attempts are slowed down; your "
            "open sessions are not affected. If it was not you, make sure that your password is strong."
        ),
        "password_changed": _(
            "You are signed out everywhere except where it was changed. If it was not you, "
            "write to the operator."
        ),
        "password_reset": _(
            "It was set by the link of a mail. You are signed out everywhere, and your API keys are revoked. "
            "If it was not you, somebody reads your mail: secure that, and write to the operator."
        ),
        "email_change_requested": _(
            "It becomes another one when the link that was mailed there is followed. If it was not you, "
            "change your password now: then the link does nothing."
        ),
        "email_changed": _(
            "You are signed out everywhere except where it was changed. If it was not you, write to the "
            "operator: whoever did it knows your password."
        ),
        "api_key_made": _(
            "A program that has it can use your account without a password. If it was not you, revoke it "
            "under Security and change your password."
        ),
    }[params["notice"]]


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
    Kind.SECURITY_NOTICED: (_security_title, _security),
    Kind.DEPOSIT_BOOKED: (_deposit_title, _deposit),
    Kind.WITHDRAWAL_BOOKED: (_withdrawal_title, _withdrawal),
    Kind.DIVIDEND_BOOKED: (_dividend_title, _dividend),
    Kind.POSITION_SPLIT: (_split_title, _split),
    Kind.ACCOUNT_FROZEN: (_frozen_title, _frozen),
    Kind.ACCOUNT_UNFROZEN: (_unfrozen_title, _unfrozen),
    Kind.PRICE_ALERT: (_alert_title, _alert),
    Kind.REVERSAL_BOOKED: (_reversal_title, _reversal),
    Kind.ORDER_FILLED: (orders.filled_title, orders.filled),
    Kind.ORDER_PARTLY_FILLED: (orders.filled_title, orders.filled),
    Kind.ORDER_REJECTED: (orders.rejected_title, orders.rejected),
    Kind.ORDER_CANCELED: (orders.canceled_title, orders.canceled),
    Kind.ORDER_EXPIRED: (orders.expired_title, orders.expired),
}
