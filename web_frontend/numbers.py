"""Reading the numbers that people type: understood exactly, or refused; never guessed.

One rule for amounts and quantities, in both languages. A number is digits 0 to 9, in groups of three if it
is grouped at all, and at most one decimal separator with digits after it.

====================  ==========================================  =====================================
typed                 English                                     Russian
====================  ==========================================  =====================================
``1 234,50``          1234.50                                     1234.50
``1,234.50``          1234.50                                     1234.50
``1.234,50``          1234.50                                     1234.50
``1,234,567``         1234567                                     1234567
``1,5``               1.5                                         1.5
``1,234``             1234: the comma groups thousands            1.234: the comma is the decimal one
``1.234``             1.234                                       1.234
``10 20``, ``1,2,3``  refused                                     refused
====================  ==========================================  =====================================
"""

from __future__ import annotations

import functools
import re
import unicodedata
from decimal import Decimal

#: What people put between thousands besides comma and dot: spaces of five widths, apostrophes.
SPACES = " \u00a0\u2007\u2009\u202f"
APOSTROPHES = "'\u2019"

#: What a page or a spreadsheet adds around a number when it is copied: spaces, and marks without a width.
_AROUND = SPACES + "\t\r\n\u200b\u200e\u200f\u2060\ufeff"
#: How people write the currencies that an exchange may have: before or after a number.
_WORDS = {
    "USD": r"US\$|\$|USD|dollars?|долл(?:\.|ар\w*)?",
    "EUR": r"€|EUR|euros?|евро",
    "RUB": r"₽|RUB|руб(?:\.|л\w+)?|р\.?",
}
_OTHER_WORDS = r"gbp|cny|jpy|chf|kzt|byn|тенге"
_PARTS = re.compile(rf"(\d*(?:[{SPACES}{APOSTROPHES},.]\d+)*)", re.ASCII)


class NotANumber(ValueError):
    """The text is no number that is understood in one way only."""


class ForeignCurrency(ValueError):
    """The text names another currency than the account's."""


def number_parse(text: str, language: str, *, money: str = "") -> Decimal:
    """What a person typed, as a number.

    Args:
        text: as it was typed.
        language: ``en`` or ``ru``; it decides what a single comma before three digits is (see above).
        money: a currency's code; its sign or name (``$``, ``USD``; ``₽``, ``руб.``) may stand before or
            after it.

    Returns:
        The number with all the digits that were typed; below zero with a minus before it.

    Raises:
        ForeignCurrency: it has the sign or name of another currency.
        NotANumber: anything else that is no number, or could be two.
    """
    typed = text.strip(_AROUND)
    if money:
        typed = _without_sign(typed, money)
    negative = typed[:1] in ("-", "−")
    digits = _plain(typed[1:] if negative else typed, language)
    return -Decimal(digits) if negative else Decimal(digits)


def _without_sign(text: str, currency: str) -> str:
    """The text without the currency's own sign, which may stand once, before or after the number."""
    own, foreign = _signs(currency)
    minus, rest = (text[0], text[1:]) if text[:1] in ("-", "−") else ("", text)
    rest = own.sub("", rest, count=1)
    if any(unicodedata.category(sign) == "Sc" and not own.fullmatch(sign) for sign in rest):
        raise ForeignCurrency
    if foreign.search(rest):
        raise ForeignCurrency
    return minus + rest


@functools.cache
def _signs(currency: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a currency is called, at an end of a text; and what any other is called, within one."""
    words = _WORDS[currency]
    others = "|".join([*(theirs for code, theirs in _WORDS.items() if code != currency), _OTHER_WORDS])
    return (
        re.compile(rf"^(?:{words})[{SPACES}]?|[{SPACES}]?(?:{words})$", re.IGNORECASE),
        re.compile(rf"(?<![a-zа-яё])(?:{others})(?![a-zа-яё])", re.IGNORECASE),
    )


def _plain(text: str, language: str) -> str:
    """Digits with at most one point among them."""
    if not text or not _PARTS.fullmatch(text):
        raise NotANumber
    separators = [sign for sign in text if not sign.isdigit()]
    whole, decimals = text, ""
    if separators and _last_is_decimal(text, separators, language):
        whole, _, decimals = text.rpartition(separators.pop())
    kinds = {"'" if sign in APOSTROPHES else " " if sign in SPACES else sign for sign in separators}
    if len(kinds) > 1:
        raise NotANumber
    groups = re.split(rf"[{SPACES}{APOSTROPHES},.]", whole)
    if kinds and not (re.fullmatch(r"[1-9]\d{0,2}", groups[0]) and all(len(one) == 3 for one in groups[1:])):
        raise NotANumber
    return "".join(groups) + (f".{decimals}" if decimals else "")


def _last_is_decimal(text: str, separators: list[str], language: str) -> bool:
    """Whether the last separator is the decimal one; it groups thousands otherwise."""
    last = separators[-1]
    if last not in ",.":
        return False
    if last in separators[:-1]:  # it stands there more than once
        return False
    if len(separators) > 1 or last == ".":
        return True
    return not (language == "en" and re.fullmatch(r"[1-9]\d{0,2},\d{3}", text, re.ASCII))
