"""Why an order was rejected, expired or canceled, as a sentence in the active language."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from servicekit.contracts.reject_reasons import REASONS, RejectCode
from servicekit.home_currency import home_currency
from servicekit.money import EXPONENTS
from servicekit.numerals import numerals


def reject_sentence(*, code: str, limit: str = "", value: str = "", currency: str = "") -> str:
    """Say to a person why an order was rejected, expired or canceled.

    Args:
        code: one of :class:`RejectCode`; another one is put into a sentence as it is.
        limit: the bound, as the event has it; may be empty.
        value: what stood against it; of ``operator`` what the operator said; may be empty.
        currency: of amounts and prices that do not name their own (``1.50 EUR``); "": the home currency.
    """
    try:
        reason = REASONS[RejectCode(code)]
    except ValueError:
        return _("The exchange refused the order (%(code)s).") % {"code": code}
    if code == RejectCode.OPERATOR and value:
        return f"{_(reason.short)} {value}"
    if not (limit and value and reason.full):
        return _(reason.short)
    write = _money if reason.unit == "money" else _number
    return _(reason.full) % {"limit": write(limit, currency), "value": write(value, currency)}


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")


def _number(text: str, currency: str) -> str:
    number = _decimal(text)
    return text if number is None else format_decimal(number, locale=_locale(), decimal_quantization=False)


def _money(text: str, currency: str) -> str:
    """An amount or a price with all its digits; what is none stays as it is."""
    digits, _space, own = text.partition(" ")
    number = _decimal(digits)
    if number is None or (own and own not in EXPONENTS):
        return text
    known = own or currency or home_currency()
    places = max(EXPONENTS[known], -int(number.as_tuple().exponent))
    return numerals(get_language() or "en").currency(number, known, places)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
