"""What a person can do after an order that was not filled: one next step, fitting its reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from web_frontend.gateway_client import GatewayRequest
from web_frontend.instruments.parts import parts_read
from web_frontend.orders.repeat import ticket_address
from web_frontend.pages import attempt
from web_frontend.templatetags.formatting import money, units
from web_frontend.ticket.estimate import estimate
from web_frontend.ticket.max_quantity import max_quantity_of

#: Codes after which the same order may succeed a moment later.
PASSING = {
    "account_not_ready",
    "quote_stale",
    "instrument_halted",
    "timed_out",
    "unfilled",
    "day_ended",
    "unfillable",
}


class NextStep(NamedTuple):
    """A link: its words and its address."""

    words: str
    address: str


def next_step(request: GatewayRequest, order: dict[str, Any]) -> NextStep | None:
    """The next step after an order, None when there is none that fits.

    Args:
        order: a final one.
    """
    code = (order["reject_reason"] or {}).get("code", "")
    rest = str(int(order["quantity"]) - int(order["filled_quantity"]))
    if code == "price_moved":
        return NextStep(_("Review at the new price"), ticket_address(order, quantity=rest, step="review"))
    if code in PASSING:
        return NextStep(_("Try again"), ticket_address(order, quantity=rest))
    if code == "limit_too_far":
        return NextStep(_("Change the limit"), ticket_address(order, quantity=rest))
    if code == "corporate_action":  # a split: the quantity and the limit are of other units
        return NextStep(_("Place a new order"), reverse("instrument", args=[order["ticker"]]))
    if code in ("self_trade", "too_many_orders"):
        return _open_orders(order["ticker"] if code == "self_trade" else "")
    if code == "account_frozen":
        return NextStep(_("See your account"), reverse("cash"))
    if code == "insufficient_funds":
        return _top_up(request, order)
    if code not in ("insufficient_position", "insufficient_quantity"):
        return None
    most = attempt(lambda: _max_units(request, order))
    if not most:
        return None
    words = _("Sell what you have: %(most)s") if order["side"] == "sell" else _("Buy what is left: %(most)s")
    return NextStep(words % {"most": units(most)}, ticket_address(order, quantity=str(most)))


def _open_orders(ticker: str) -> NextStep:
    """What stands in the way of an order: open orders, of an instrument or ("") all of them."""
    wanted = {"show": "open"} | ({"ticker": ticker} if ticker else {})
    return NextStep(_("See your open orders"), f"{reverse('orders')}?{urlencode(wanted)}")


def _max_units(request: GatewayRequest, order: dict[str, Any]) -> int | None:
    """How many units the order could be for now."""
    parts = parts_read(request, order["ticker"], "account", "positions")
    instrument, account, positions = parts["instrument"], parts["account"], parts["positions"]
    return max_quantity_of(order["side"], instrument, account, positions).units


def _top_up(request: GatewayRequest, order: dict[str, Any]) -> NextStep:
    """What is missing at the worst price now, when that is known; without an amount otherwise.

    After it one goes on with the order: its ticket is filled in again.
    """
    again = ticket_address(order)
    parts = attempt(lambda: parts_read(request, order["ticker"], "account", "book"))
    needed = parts and estimate(
        parts["instrument"],
        order["side"],
        order["quantity"],
        limit_price=order["limit_price"] or "",
        book=parts["book"],
    )
    if not needed or not parts["account"]:
        return NextStep(_("Top up"), f"{reverse('cash')}?{urlencode({'next': again})}")
    missing = Decimal(needed.worst_total) - Decimal(parts["account"]["available"])
    if missing <= 0:
        return NextStep(_("Try again"), again)
    address = f"{reverse('cash')}?{urlencode({'amount': str(missing), 'next': again})}"
    return NextStep(_("Top up %(amount)s") % {"amount": money(str(missing), order["currency"])}, address)
