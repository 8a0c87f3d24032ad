"""Amounts and prices in sentences for people, by the rules of the active language."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language

from servicekit.errors import DomainError
from servicekit.home_currency import home_currency
from servicekit.money import EXPONENTS
from servicekit.numerals import numerals


class AmountRefused(DomainError):
    """A refusal whose sentence names amounts or prices, raised with their ``currency``.

    Attributes:
        amounts: which of what it is raised with are amounts, each a decimal number of major units.
    """

    amounts: tuple[str, ...] = ("limit", "value")

    @property
    def detail(self) -> str:
        """The message in the active language, with its amounts as that writes them."""
        currency = self.params["currency"]
        written: dict[str, Any] = {
            name: amount_text(str(self.params[name]), currency)
            for name in self.amounts
            if name in self.params
        }
        return str(self.message) % {**self.params, **written}


def amount_text(text: str, currency: str) -> str:
    """An amount or a price with all its digits, ``$1,234.50`` or ``1 234,50 $``; what is none stays as it is.

    Args:
        text: a decimal number of major units, with or without a currency of its own (``1.50 EUR``).
        currency: of what does not name its own; "": the home currency.
    """
    digits, _space, own = text.partition(" ")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return text
    if not number.is_finite() or (own and own not in EXPONENTS):
        return text
    known = own or currency or home_currency()
    places = max(EXPONENTS[known], -int(number.as_tuple().exponent))
    return numerals(get_language() or "en").currency(number, known, places)
