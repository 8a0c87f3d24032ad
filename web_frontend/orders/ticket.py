"""The order ticket: what a person typed, how much they could trade, and what it would cost.

What it tells is an estimate from the price on the page; trading_service and the venue decide.
Amounts are decimal strings, worked out in minor units by the same rules as trading_service's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from servicekit.money import order_charge, to_minor, to_text
from servicekit.terms import cap_price
from web_frontend.forms import QuantityField
from web_frontend.templatetags.formatting import percent, units

SIDES = ("buy", "sell")


@dataclass(frozen=True)
class Estimate:
    """What an order would come to. ``total``: what is paid, or what is received for a sale.

    ``hold``: what is set aside for a buy until it is executed, the price protection included.
    """

    amount: str
    fee: str
    total: str
    hold: str


@dataclass(frozen=True)
class Ticket:
    """A ticket on an instrument's page.

    Attributes:
        side: ``buy`` or ``sell``.
        text: the quantity as it was typed.
        key: the Idempotency-Key of the order that it will become; the same through review and retry.
        most: how many units can be bought or sold at most; None when that is not known.
        bound: what ``most`` comes from: ``cash``, ``offer`` or ``position``.
        means: the cash available (a decimal string), or the units that can be sold.
        quantity: None until it is a valid one.
        error: what is wrong with the quantity.
        problem: what the API said against the order.
        review: the ticket is to be looked over, not filled in.
        asked: it was submitted, so errors count.
    """

    side: str
    text: str
    key: str
    most: int | None
    bound: str = ""
    means: Any = None
    quantity: int | None = None
    estimate: Estimate | None = None
    error: str = ""
    problem: str = ""
    review: bool = False
    asked: bool = False

    @property
    def refused(self) -> bool:
        """Whether it was submitted and cannot go on."""
        return self.asked and bool(self.error or self.problem)

    @property
    def protection(self) -> str:
        """How much worse than the last price a market order may execute, in words: ``1%``."""
        return percent(settings.PRICE_PROTECTION * 100)

    @property
    def template(self) -> str:
        """Which form of the ticket to show."""
        return "orders/review.html" if self.review and not self.refused else "orders/ticket.html"


def ticket_read(
    data: Mapping[str, str],
    *,
    instrument: dict[str, Any],
    account: dict[str, Any] | None,
    positions: dict[str, Any] | None,
) -> Ticket:
    """Read a ticket from a form's data.

    Args:
        data: ``side, quantity, key, step`` (``review`` when submitted), each may be absent.
        account: billing's answer, None when it is not known.
        positions: trading's answer, None when it is not known.
    """
    side = data.get("side", "buy") if data.get("side") in SIDES else "buy"
    text = data.get("quantity", "").strip()[:40]
    asked = data.get("step") == "review"
    if side == "buy":
        most, bound, means = _most_to_buy(instrument, account)
    else:
        most, bound, means = _most_to_sell(instrument, positions)
    ticket = Ticket(
        side=side,
        text=text,
        key=data.get("key", "")[:255] or str(uuid4()),
        most=most,
        bound=bound,
        means=means,
        asked=asked,
        review=asked,
    )
    if not text and not asked:
        return ticket
    try:
        quantity = QuantityField().clean(text)
    except forms.ValidationError as error:
        return replace(ticket, error=error.messages[0])
    estimated = replace(ticket, quantity=quantity, estimate=estimate(instrument, side, quantity))
    return replace(estimated, error=_quantity_error(estimated, instrument))


def estimate(instrument: dict[str, Any], side: str, quantity: int) -> Estimate | None:
    """What ``quantity`` units come to at the instrument's present price; None without a price."""
    if not instrument.get("price"):
        return None
    price, currency = Decimal(instrument["price"]), instrument["currency"]
    amount, fee = order_charge(price * quantity, side=side, fee_rate=settings.FEE_RATE, currency=currency)
    total = amount + fee if side == "buy" else amount - fee
    hold = _hold(instrument, quantity) if side == "buy" else 0
    return Estimate(*(to_text(minor, currency) for minor in (amount, fee, total, hold)))


def _quantity_error(ticket: Ticket, instrument: dict[str, Any]) -> str:
    lot = int(instrument.get("lot_size") or 1)
    quantity = ticket.quantity or 0
    if quantity % lot:
        return _("This instrument is traded in lots of %(lot)s: enter a multiple of it.") % {"lot": lot}
    if ticket.most is None or quantity <= ticket.most:
        return ""
    said = {
        "cash": _("Your available cash is enough for %(most)s at most."),
        "offer": _("Only %(most)s are offered right now."),
        "position": _("You can sell %(most)s at most."),
    }[ticket.bound]
    return said % {"most": units(ticket.most)}


def _most_to_buy(instrument: dict[str, Any], account: dict[str, Any] | None) -> tuple[int | None, str, Any]:
    if account is None or not instrument.get("price"):
        return None, "", None
    cash = to_minor(account["available"], account["currency"])
    affordable = _affordable(instrument, cash)
    offered = int(instrument["available_quantity"])
    most, bound = (affordable, "cash") if affordable <= offered else (offered, "offer")
    return _in_lots(most, instrument), bound, account["available"]


def _most_to_sell(
    instrument: dict[str, Any], positions: dict[str, Any] | None
) -> tuple[int | None, str, Any]:
    if positions is None:
        return None, "", None
    held = [row for row in positions["results"] if row["ticker"] == instrument["ticker"]]
    free = int(held[0]["quantity"]) - int(held[0]["held_quantity"]) if held else 0
    return _in_lots(free, instrument), "position", free


def _in_lots(quantity: int, instrument: dict[str, Any]) -> int:
    return quantity - quantity % int(instrument.get("lot_size") or 1)


def _affordable(instrument: dict[str, Any], cash: int) -> int:
    """The largest quantity whose hold fits into the cash; the rounding is settled by trying."""
    per_unit = _cap_price(instrument) * (1 + settings.FEE_RATE)
    quantity = int(Decimal(to_text(cash, instrument["currency"])) / per_unit)
    while _hold(instrument, quantity + 1) <= cash:
        quantity += 1
    while quantity > 0 and _hold(instrument, quantity) > cash:
        quantity -= 1
    return quantity


def _hold(instrument: dict[str, Any], quantity: int) -> int:
    value = _cap_price(instrument) * quantity
    return sum(order_charge(value, side="buy", fee_rate=settings.FEE_RATE, currency=instrument["currency"]))


def _cap_price(instrument: dict[str, Any]) -> Decimal:
    return cap_price(
        side="buy",
        quote=Decimal(instrument["price"]),
        step=Decimal(instrument["price_step"]),
        protection=settings.PRICE_PROTECTION,
    )
