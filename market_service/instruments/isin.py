"""International Securities Identification Numbers (ISO 6166): their form and their check digit."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ISIN_PATTERN = r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$"


def isin_check_digit(body: str) -> int:
    """The twelfth character of an ISIN whose first eleven are ``body``.

    Letters become two digits (A = 10 … Z = 35); then the Luhn sum, from the right.
    """
    digits = "".join(str(int(character, 36)) for character in body)
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value // 10 + value % 10
    return -total % 10


def isin_validate(isin: str) -> None:
    """Check an ISIN.

    Raises:
        ValidationError: it is not of the form, or its check digit is wrong.
    """
    if not re.fullmatch(ISIN_PATTERN, isin):
        raise ValidationError(
            _("An ISIN is two letters, nine letters or digits, and a digit."), "isin_invalid"
        )
    if isin_check_digit(isin[:-1]) != int(isin[-1]):
        raise ValidationError(_("The check digit of the ISIN is wrong."), "isin_invalid")
