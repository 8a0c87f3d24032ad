"""Amounts, quantities and days that people type: understood in one way, or refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms import Field, ValidationError
from django.test import Client
from django.utils import translation

from web_frontend.forms import AmountField, DayField, QuantityField
from web_frontend.tests.gateway_double import GatewayDouble, recorded

#: typed, understood in English, understood in Russian; a reason in angle brackets when it is refused.
AMOUNTS = [
    ("1500", "1500.00", "1500.00"),
    ("1500.5", "1500.50", "1500.50"),
    ("1500,5", "1500.50", "1500.50"),
    ("1 234,50", "1234.50", "1234.50"),
    ("1 234.50", "1234.50", "1234.50"),
    ("1\u00a0234,50", "1234.50", "1234.50"),
    ("1\u202f234\u202f567,5", "1234567.50", "1234567.50"),
    ("1\u2009234", "1234.00", "1234.00"),
    ("1,234.50", "1234.50", "1234.50"),
    ("1.234,50", "1234.50", "1234.50"),
    ("123,456,789.10", "123456789.10", "123456789.10"),
    ("1,234,567", "1234567.00", "1234567.00"),
    ("1.234.567", "1234567.00", "1234567.00"),
    ("1'234.50", "1234.50", "1234.50"),
    ("1’234", "1234.00", "1234.00"),
    ("1,234", "1234.00", "<fraction>"),
    ("12,345", "12345.00", "<fraction>"),
    ("1.234", "<fraction>", "<fraction>"),
    ("0,123", "<fraction>", "<fraction>"),
    ("1.005", "<fraction>", "<fraction>"),
    ("0,01", "0.01", "0.01"),
    (".5", "0.50", "0.50"),
    (",5", "0.50", "0.50"),
    ("007", "7.00", "7.00"),
    ("  20  ", "20.00", "20.00"),
    ("\ufeff20\u200b", "20.00", "20.00"),
    ("$20", "20.00", "20.00"),
    ("$ 20", "20.00", "20.00"),
    ("20 $", "20.00", "20.00"),
    ("20\u00a0$", "20.00", "20.00"),
    ("USD 20", "20.00", "20.00"),
    ("20 usd", "20.00", "20.00"),
    ("US$20", "20.00", "20.00"),
    ("100₽", "<foreign>", "<foreign>"),
    ("₽100", "<foreign>", "<foreign>"),
    ("100 руб", "<foreign>", "<foreign>"),
    ("100 руб.", "<foreign>", "<foreign>"),
    ("100 р.", "<foreign>", "<foreign>"),
    ("€100", "<foreign>", "<foreign>"),
    ("100 EUR", "<foreign>", "<foreign>"),
    ("£1", "<foreign>", "<foreign>"),
    ("1₿", "<foreign>", "<foreign>"),
    ("$100₽", "<foreign>", "<foreign>"),
    ("10 20", "<invalid>", "<invalid>"),
    ("1,2,3", "<invalid>", "<invalid>"),
    ("12,34.5", "<invalid>", "<invalid>"),
    ("1,23,456", "<invalid>", "<invalid>"),
    ("1 000 00", "<invalid>", "<invalid>"),
    ("1 0000", "<invalid>", "<invalid>"),
    ("0 123", "<invalid>", "<invalid>"),
    ("1234 567", "<invalid>", "<invalid>"),
    ("1 234,567.89", "<invalid>", "<invalid>"),
    ("1.234 567", "<invalid>", "<invalid>"),
    ("1.2.3", "<invalid>", "<invalid>"),
    ("1.234,5.6", "<invalid>", "<invalid>"),
    ("1,,2", "<invalid>", "<invalid>"),
    ("1..2", "<invalid>", "<invalid>"),
    ("1  234", "<invalid>", "<invalid>"),
    ("1\t234", "<invalid>", "<invalid>"),
    ("5.", "<invalid>", "<invalid>"),
    ("5,", "<invalid>", "<invalid>"),
    (".", "<invalid>", "<invalid>"),
    ("$", "<invalid>", "<invalid>"),
    ("$$5", "<invalid>", "<invalid>"),
    ("$5$", "<invalid>", "<invalid>"),
    ("A$5", "<invalid>", "<invalid>"),
    ("+5", "<invalid>", "<invalid>"),
    ("--5", "<invalid>", "<invalid>"),
    ("5-", "<invalid>", "<invalid>"),
    ("(5)", "<invalid>", "<invalid>"),
    ("5%", "<invalid>", "<invalid>"),
    ("1e3", "<invalid>", "<invalid>"),
    ("1_000", "<invalid>", "<invalid>"),
    ("0x10", "<invalid>", "<invalid>"),
    ("1/2", "<invalid>", "<invalid>"),
    ("½", "<invalid>", "<invalid>"),
    ("²", "<invalid>", "<invalid>"),
    ("١٢", "<invalid>", "<invalid>"),
    ("１２", "<invalid>", "<invalid>"),
    ("1\u200b2", "<invalid>", "<invalid>"),
    ("NaN", "<invalid>", "<invalid>"),
    ("Infinity", "<invalid>", "<invalid>"),
    ("abc", "<invalid>", "<invalid>"),
    ("-5", "<positive>", "<positive>"),
    ("−5", "<positive>", "<positive>"),
    ("-$5", "<positive>", "<positive>"),
    ("0", "<positive>", "<positive>"),
    ("0,00", "<positive>", "<positive>"),
    ("9" * 30, "<large>", "<large>"),
    ("1 000 000 000 000 000", "<large>", "<large>"),
    ("", "<required>", "<required>"),
    ("   ", "<required>", "<required>"),
]

QUANTITIES = [
    ("10", 10, 10),
    ("1 000", 1000, 1000),
    ("1\u00a0000\u00a0000", 1000000, 1000000),
    ("1,000,000", 1000000, 1000000),
    ("1,000", 1000, "<invalid>"),
    ("1.000", "<invalid>", "<invalid>"),
    ("1.0", "<invalid>", "<invalid>"),
    ("1,5", "<invalid>", "<invalid>"),
    ("10 20", "<invalid>", "<invalid>"),
    ("1,2,3", "<invalid>", "<invalid>"),
    ("1,000.0", "<invalid>", "<invalid>"),
    ("1 00", "<invalid>", "<invalid>"),
    ("1'0", "<invalid>", "<invalid>"),
    ("$10", "<invalid>", "<invalid>"),
    ("10 шт", "<invalid>", "<invalid>"),
    ("+10", "<invalid>", "<invalid>"),
    ("1e3", "<invalid>", "<invalid>"),
    ("1_000", "<invalid>", "<invalid>"),
    ("١٢", "<invalid>", "<invalid>"),
    ("１２", "<invalid>", "<invalid>"),
    ("-1", "<positive>", "<positive>"),
    ("0", "<positive>", "<positive>"),
    ("1000000000", 10**9, 10**9),
    ("1000000001", "<large>", "<large>"),
    ("9" * 39, "<large>", "<large>"),
]

DAYS = [
    ("2026-01-05", "2026-01-05", "2026-01-05"),
    ("05.01.2026", "2026-01-05", "2026-01-05"),
    ("01/05/2026", "<invalid>", "<invalid>"),
    ("01/05/26", "<invalid>", "<invalid>"),
    ("05.01.26", "<invalid>", "<invalid>"),
    ("2026-1-5", "<invalid>", "<invalid>"),
    ("2026-02-30", "<invalid>", "<invalid>"),
    ("20260105", "<invalid>", "<invalid>"),
    ("٢٠٢٦-٠١-٠٥", "<invalid>", "<invalid>"),
    ("Jan 5 2026", "<invalid>", "<invalid>"),
]


def understood(field: Field, typed: str, language: str) -> Any:
    with translation.override(language):
        try:
            return field.clean(typed)
        except ValidationError as error:
            return f"<{error.error_list[0].code}>"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("typed", "english", "russian"), AMOUNTS)
def test_an_amount_is_understood_in_one_way_or_refused(
    typed: str, english: str, russian: str, language: str
) -> None:
    wanted = english if language == "en" else russian
    assert understood(AmountField(max_length=40), typed, language) == wanted


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("typed", "english", "russian"), QUANTITIES)
def test_a_quantity_is_understood_in_one_way_or_refused(
    typed: str, english: Any, russian: Any, language: str
) -> None:
    assert understood(QuantityField(), typed, language) == (english if language == "en" else russian)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("typed", "english", "russian"), DAYS)
def test_a_day_is_understood_in_one_way_or_refused(
    typed: str, english: str, russian: str, language: str
) -> None:
    assert str(understood(DayField(), typed, language)) == (english if language == "en" else russian)


def test_reasons_are_said_in_the_readers_language(vera: Client, gateway: GatewayDouble) -> None:
    for language, typed, reason in (
        ("en", "100₽", "in US dollars"),
        ("ru", "100₽", "в долларах США"),
        ("en", "10 20", "Enter an amount such as 1,500 or 1500.50."),
        ("ru", "10 20", "Введите сумму, например 1 500 или\xa01500,50."),
        ("ru", "1,234", "Тысячи отделяйте пробелом"),
    ):
        answer = vera.post("/cash", {"amount": typed, "key": "k"}, headers={"Accept-Language": language})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert reason in page
        assert f'value="{typed}"' in page
    assert not gateway.requests_to("POST /api/v1/deposits")


def test_the_understood_amount_is_shown_back(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/deposits", recorded("deposit", amount="1234.50"), 201)
    page = vera.post("/cash", {"amount": "1 234,5", "key": "k1"}, follow=True).content.decode()
    assert "Your account was topped up by $1,234.50." in page
