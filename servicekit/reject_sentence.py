"""Why an order was rejected, expired or canceled, as a sentence in the active language."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from servicekit.amounts import amount_text
from servicekit.contracts.reject_reasons import REASONS, RejectCode


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
    is_none = reason.unit == "units" and _decimal(limit) == 0  # "0 can be sold" says less than the short one
    if is_none or not (limit and value and reason.full):
        return _(reason.short)
    write = amount_text if reason.unit == "money" else _number
    return _(reason.full) % {"limit": write(limit, currency), "value": write(value, currency)}


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")


def _number(text: str, currency: str) -> str:
    number = _decimal(text)
    return text if number is None else format_decimal(number, locale=_locale(), decimal_quantization=False)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
