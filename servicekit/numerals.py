"""Numbers and amounts for people, by the rules of CLDR for a language.

Babel reads the rules; it also parses, copies and searches them for every single value, which was most of what
a page costs. Here they are read once per language and currency, and a value is written by Python itself.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import get_currency_symbol

#: Signs that CLDR has as narrow ones only, which Babel does not know: it writes ``RUB1,234.50`` in English.
NARROW_SIGNS = {"RUB": "₽"}


class Numerals:
    """How one language writes numbers. Values are exact: nothing is rounded unless ``digits`` says so.

    Attributes:
        point, group: between whole and fraction, and between thousands.
        percent_sign: with its space, where the language has one.
    """

    def __init__(self, language: str) -> None:
        self.locale = Locale.parse(language, sep="-" if "-" in language else "_")
        symbols = self.locale.number_symbols[self.locale.default_numbering_system]
        self.point, self.group = symbols["decimal"], symbols["group"]
        self.percent_sign = "%" if self.locale.language == "en" else "\u00a0%"
        self._around: dict[tuple[str, bool], tuple[str, str]] = {}

    def decimal(self, number: Decimal | int, digits: int = 0) -> str:
        """The number with grouped thousands and so many digits after the point: ``1 234,50``."""
        text = f"{number:,.{digits}f}"
        if self.group == "," and self.point == ".":
            return text
        whole, _, fraction = text.partition(".")
        whole = whole.replace(",", self.group)
        return f"{whole}{self.point}{fraction}" if fraction else whole

    def currency(self, number: Decimal, currency: str, digits: int) -> str:
        """An amount with its currency's sign: ``$1,234.50``, ``₽1,234.50``, ``1 234,50 ₽``."""
        before, after = self._around.get((currency, number < 0)) or self._affixes(currency, number < 0)
        return f"{before}{self.decimal(abs(number), digits)}{after}"

    def _affixes(self, currency: str, is_negative: bool) -> tuple[str, str]:
        pattern = self.locale.currency_formats["standard"]
        sign = NARROW_SIGNS.get(currency) or get_currency_symbol(currency, self.locale)
        affixes = tuple(part[is_negative].replace("¤", sign) for part in (pattern.prefix, pattern.suffix))
        self._around[currency, is_negative] = affixes[0], affixes[1]
        return affixes[0], affixes[1]


@cache
def numerals(language: str) -> Numerals:
    """Those of a language code such as ``en`` or ``ru``."""
    return Numerals(language)
