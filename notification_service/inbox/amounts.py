"""Amounts, prices and numbers as CLDR writes them in the active language: ``$1,234.50``, ``1 234,50 $``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.translation import get_language

from servicekit.home_currency import home_currency
from servicekit.money import EXPONENTS
from servicekit.numerals import Numerals, numerals


def money_text(minor: int, currency: str) -> str:
    """Minor units."""
    digits = EXPONENTS[currency]
    return _numerals().currency(Decimal(minor).scaleb(-digits), currency, digits)


def price_text(text: str, currency: str = "") -> str:
    """A decimal string with all its digits. One with its own currency (``1.50 EUR``) keeps that.

    What is no number stays as it is.
    """
    digits, _space, own = text.partition(" ")
    number = _decimal(digits)
    if number is None or (own and own not in EXPONENTS):
        return text
    known = own or currency or home_currency()
    return _numerals().currency(number, known, max(EXPONENTS[known], _places(number)))


def number_text(value: int | str) -> str:
    """A number with all its digits; what is none stays as it is."""
    number = _decimal(value)
    return str(value) if number is None else _numerals().decimal(number, _places(number))


def _decimal(value: int | str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _numerals() -> Numerals:
    return numerals(get_language() or "en")
