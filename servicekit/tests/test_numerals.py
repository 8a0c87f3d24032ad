"""What is written by ``numerals`` is what Babel writes, value for value."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal

from servicekit.numerals import numerals

VALUES = [
    "0",
    "0.00",
    "-0.01",
    "1",
    "9.99",
    "-5",
    "999.99",
    "1000",
    "1234.5",
    "-1234567.89",
    "430.404",
    "0.0000001",
]


def values() -> list[Decimal]:
    drawn = random.Random(20)
    return [
        *map(Decimal, VALUES),
        *(Decimal(drawn.randint(-(10**14), 10**14)).scaleb(-drawn.randint(0, 8)) for _ in range(500)),
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_amounts_are_as_babel_writes_them(language: str) -> None:
    for value in values():
        digits = max(2, -int(value.as_tuple().exponent))
        pattern = numerals(language).currency(value, "USD", digits)
        expected = format_currency(
            value, "USD", locale=language, decimal_quantization=False, currency_digits=False,
            format=_pattern(language, digits),
        )  # fmt: skip
        assert pattern == expected


@pytest.mark.parametrize("currency", ["EUR", "RUB", "USD"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_currency_stands_where_babel_puts_it(language: str, currency: str) -> None:
    for value in (Decimal("1234.50"), Decimal("-3.00")):
        expected = format_currency(value, currency, locale=language).replace("RUB", "₽")
        assert numerals(language).currency(value, currency, 2) == expected


@pytest.mark.parametrize("language", ["en", "ru"])
def test_numbers_are_as_babel_writes_them(language: str) -> None:
    for value in values():
        digits = max(0, -int(value.as_tuple().exponent))
        pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
        assert numerals(language).decimal(value, digits) == format_decimal(value, pattern, locale=language)


def _pattern(language: str, digits: int) -> str:
    number = f"#,##0.{'0' * digits}"
    return f"¤{number}" if language == "en" else f"{number}\u00a0¤"
