"""An order by an amount of money: how many units that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from servicekit.money import to_minor
from web_frontend.forms import AmountField
from web_frontend.templatetags.formatting import money, units
from web_frontend.ticket.estimate import units_for


@dataclass(frozen=True)
class Amount:
    """The amount of a ticket as it was typed.

    Attributes:
        text: as long as it has no units; "" then, so that it counts once.
        units: what it comes to, whole lots; None while there is no amount, or something speaks against it.
        error: what that is.
    """

    text: str = ""
    units: int | None = None
    error: str = ""


def amount_read(
    text: str,
    side: str,
    instrument: dict[str, Any],
    *,
    limit_price: str = "",
    book: dict[str, Any] | None = None,
) -> Amount:
    """Read an amount; an empty text is none.

    Args:
        limit_price: of a limit order; "" otherwise.
        book: the venue's answer, None when it is not known.
    """
    if not text:
        return Amount()
    try:
        amount = AmountField().clean(text)
    except forms.ValidationError as error:
        return Amount(text, error=str(error.messages[0]))
    if not limit_price and not instrument.get("price"):
        return Amount(text, error=_("Without a price it is not known how many units that is."))
    currency, lot = instrument["currency"], int(instrument["lot_size"])
    found = units_for(instrument, side, to_minor(amount, currency), limit_price=limit_price, book=book)
    if found < lot:
        message = _("%(amount)s is less than %(least)s with the fee.")
        return Amount(text, error=message % {"amount": money(amount, currency), "least": units(lot)})
    return Amount(units=found - found % lot)
