"""The terms of a limit order as they are typed: its price, and how long it may wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from servicekit.contracts.values import TIMES_IN_FORCE
from servicekit.money import price_text
from servicekit.terms import on_step
from web_frontend.forms import PriceField
from web_frontend.templatetags.formatting import money


@dataclass(frozen=True)
class Limit:
    """What makes an order a limit order; that of a market order is empty.

    Attributes:
        text: the price as it was typed.
        price: a decimal string with the digits of the price step; "" until it is a valid one.
        error: what is wrong with it.
        time_in_force: one of :data:`servicekit.contracts.values.TIMES_IN_FORCE`.
    """

    text: str = ""
    price: str = ""
    error: str = ""
    time_in_force: str = "day"


def limit_read(data: Mapping[str, str], instrument: dict[str, Any]) -> Limit:
    """Read ``limit_price`` and ``time_in_force`` from a form's data, each may be absent."""
    text = data.get("limit_price", "").strip()[:40]
    time_in_force = data.get("time_in_force", "")
    price, error = price_read(text, instrument)
    return Limit(text, price, error, time_in_force if time_in_force in TIMES_IN_FORCE else "day")


def price_read(text: str, instrument: dict[str, Any]) -> tuple[str, str]:
    """A limit price as it was typed: the price, and what is wrong with it; one of both is ""."""
    try:
        price = PriceField().clean(text)
    except forms.ValidationError as error:
        return "", str(error.messages[0])
    step = Decimal(instrument["price_step"])
    if not on_step(price, step):
        message = _("Prices of %(ticker)s are multiples of %(step)s.")
        shown = money(instrument["price_step"], instrument["currency"])
        return "", message % {"ticker": instrument["ticker"], "step": shown}
    return price_text(price, step), ""


def best_prices(book: dict[str, Any] | None) -> tuple[str, str]:
    """The best bid and the best ask of a book; "" for a side where nobody waits, or when it is not known."""
    sides = ((book or {}).get(side) or [] for side in ("bids", "asks"))
    bid, ask = (side[0]["price"] if side else "" for side in sides)
    return bid, ask


def crosses(limit_price: str, side: str, book: dict[str, Any] | None) -> bool:
    """Whether an order at this limit meets a resting order, so that it is executed at once."""
    bid, ask = best_prices(book)
    best = ask if side == "buy" else bid
    if not best or not limit_price:
        return False
    return Decimal(limit_price) >= Decimal(best) if side == "buy" else Decimal(limit_price) <= Decimal(best)
