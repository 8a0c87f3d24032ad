"""The order ticket: what a person typed, how much they could trade, and what it would come to.

What it tells is an estimate from the price on the page; trading_service and the venue decide. What a person
reviewed binds the order by its worst price.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from servicekit.contracts.values import SIDES
from web_frontend.forms import KEY, QuantityField
from web_frontend.templatetags.formatting import percent, units
from web_frontend.ticket.blocked_reason import blocked_reason
from web_frontend.ticket.estimate import Estimate, can_afford, estimate, max_affordable, worst_price

_PRICE = re.compile(r"\d{1,12}(\.\d{1,8})?", re.ASCII)


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
        blocked_reason: why no order can succeed right now, in words; "" when nothing speaks against one.
        quantity: None until it is a valid one.
        error: what is wrong with the quantity.
        problem: what the API said against the order.
        seen_price: the price that the person saw on the form that was sent; "" when it is still that.
        far: the present price is beyond the price protection around that one.
        moved: it is beyond what was reviewed, so nothing was placed and it is to be reviewed again.
        review: the ticket is to be reviewed, not filled in.
        asked: it was submitted, so errors count.
    """

    side: str
    text: str
    key: str
    most: int | None
    bound: str = ""
    means: Any = None
    blocked_reason: str = ""
    quantity: int | None = None
    estimate: Estimate | None = None
    error: str = ""
    problem: str = ""
    seen_price: str = ""
    far: bool = False
    moved: bool = False
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
        data: ``side, quantity, key, step`` (``review`` when submitted), ``price`` (the one that was seen),
            each may be absent.
        account: billing's answer, None when it is not known.
        positions: trading's answer, None when it is not known.
    """
    side = data.get("side", "buy") if data.get("side") in SIDES else "buy"
    text = data.get("quantity", "").strip()[:40]
    key = data.get("key", "")
    asked = data.get("step") == "review"
    if side == "buy":
        most, bound, means = _max_to_buy(instrument, account)
    else:
        most, bound, means = _max_to_sell(instrument, positions)
    seen = price_parse(data.get("price", ""))
    ticket = Ticket(
        side=side,
        text=text,
        key=key if KEY.fullmatch(key) else str(uuid4()),
        most=most,
        bound=bound,
        means=means,
        blocked_reason=blocked_reason(instrument, side, account),
        seen_price="" if seen is None or seen == price_parse(instrument.get("price")) else str(seen),
        far=seen is not None and is_beyond(instrument, side, worst_price(instrument, side, seen)),
        asked=asked,
        review=asked,
    )
    if not text and not asked:
        return ticket
    try:
        quantity = QuantityField().clean(text)
    except forms.ValidationError as error:
        return replace(ticket, error=error.messages[0])
    estimated = replace(ticket, quantity=quantity, estimate=estimate(instrument, side, quantity, account))
    return replace(estimated, error=_quantity_error(estimated, instrument, account))


def price_parse(text: str | None) -> Decimal | None:
    """A price that a form carries; None when it is none."""
    return Decimal(text) if text and _PRICE.fullmatch(text) else None


def is_beyond(instrument: dict[str, Any], side: str, bound: Decimal) -> bool:
    """Whether the present price is worse than the worst that was reviewed."""
    price = price_parse(instrument.get("price"))
    return price is not None and (price > bound if side == "buy" else price < bound)


def key_after(key: str) -> str:
    """The key of the order that is placed instead of a rejected one: the same however often it is asked."""
    return str(uuid5(NAMESPACE_OID, key))


def _quantity_error(ticket: Ticket, instrument: dict[str, Any], account: dict[str, Any] | None) -> str:
    lot = int(instrument.get("lot_size") or 1)
    quantity = ticket.quantity or 0
    if quantity % lot and not (ticket.side == "sell" and quantity == ticket.most):
        return _lot_error(ticket, lot)
    if ticket.most is None or quantity <= ticket.most:
        return ""
    if ticket.bound == "cash" and account and can_afford(instrument, account, quantity):
        offered = int(instrument["available_quantity"])
        if quantity <= offered:
            return ""  # it pays, though not for the whole of the price protection
        return _("Only %(most)s are offered right now.") % {"most": units(offered)}
    said = {
        "cash": _("Your available cash is enough for %(most)s at most."),
        "offer": _("Only %(most)s are offered right now."),
        "position": _("You can sell %(most)s at most."),
    }[ticket.bound]
    if ticket.bound == "offer" and not ticket.most:
        said = _("Less than a lot is offered right now.")
    return said % {"most": units(ticket.most)}


def _lot_error(ticket: Ticket, lot: int) -> str:
    if ticket.side == "sell" and ticket.most and ticket.most % lot:
        said = _(
            "This instrument is traded in lots of %(lot)s: enter a multiple of it, or all that you can sell: "
            "%(most)s."
        )
        return said % {"lot": lot, "most": units(ticket.most)}
    return _("This instrument is traded in lots of %(lot)s: enter a multiple of it.") % {"lot": lot}


def _max_to_buy(instrument: dict[str, Any], account: dict[str, Any] | None) -> tuple[int | None, str, Any]:
    if not account or not instrument.get("price"):
        return None, "", None
    paid, offered = max_affordable(instrument, account), int(instrument["available_quantity"])
    most, bound = (paid, "cash") if paid <= offered else (offered, "offer")
    return most - most % int(instrument.get("lot_size") or 1), bound, account["available"]


def _max_to_sell(instrument: dict[str, Any], positions: dict[str, Any] | None) -> tuple[int | None, str, Any]:
    """All that is free, which may be off the lot."""
    if positions is None:
        return None, "", None
    held = [row for row in positions["results"] if row["ticker"] == instrument["ticker"]]
    free = int(held[0]["quantity"]) - int(held[0]["held_quantity"]) if held else 0
    return free, "position", free
