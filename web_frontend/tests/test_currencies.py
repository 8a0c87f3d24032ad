"""Pages of an exchange in another currency than the dollar."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.forms import ValidationError
from django.test import Client
from django.utils import translation

from web_frontend.forms import AmountField
from web_frontend.tests.gateway_double import GatewayDouble, recorded

#: The currency, what is typed, what is understood; a reason in angle brackets when it is refused.
AMOUNTS = [
    ("RUB", "100₽", "100.00"),
    ("RUB", "₽100", "100.00"),
    ("RUB", "1 500,50 ₽", "1500.50"),
    ("RUB", "1 500,50\u00a0₽", "1500.50"),
    ("RUB", "100 руб", "100.00"),
    ("RUB", "100 руб.", "100.00"),
    ("RUB", "100 рублей", "100.00"),
    ("RUB", "100 РУБ.", "100.00"),
    ("RUB", "100р", "100.00"),
    ("RUB", "100 р.", "100.00"),
    ("RUB", "RUB 100", "100.00"),
    ("RUB", "100 rub", "100.00"),
    ("RUB", "$100", "<foreign>"),
    ("RUB", "100 USD", "<foreign>"),
    ("RUB", "100 долларов", "<foreign>"),
    ("RUB", "100 €", "<foreign>"),
    ("RUB", "100 евро", "<foreign>"),
    ("RUB", "100₽₽", "<invalid>"),
    ("RUB", "10 20 ₽", "<invalid>"),
    ("RUB", "-5 ₽", "<positive>"),
    ("EUR", "100€", "100.00"),
    ("EUR", "€ 100", "100.00"),
    ("EUR", "100 EUR", "100.00"),
    ("EUR", "100 евро", "100.00"),
    ("EUR", "100 euros", "100.00"),
    ("EUR", "$100", "<foreign>"),
    ("EUR", "100 руб.", "<foreign>"),
    ("USD", "100 рублей", "<foreign>"),
    ("USD", "20 dollars", "20.00"),
    ("USD", "20 долларов", "20.00"),
]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("currency", "typed", "wanted"), AMOUNTS)
def test_its_own_sign_is_understood_and_no_other(
    currency: str, typed: str, wanted: str, language: str, settings: Any
) -> None:
    settings.HOME_CURRENCY = currency
    with translation.override(language):
        try:
            understood = AmountField().clean(typed)
        except ValidationError as error:
            understood = f"<{error.code}>"
    assert understood == wanted


@pytest.mark.parametrize(
    ("currency", "language", "label", "balance", "refusal"),
    [
        ("RUB", "ru", "Сумма, RUB", "1\u00a0234\u00a0567,50\u00a0₽", "введите сумму в рублях"),
        ("RUB", "en", "Amount, RUB", "₽1,234,567.50", "enter the amount in rubles"),
        ("EUR", "ru", "Сумма, EUR", "1\u00a0234\u00a0567,50\u00a0€", "введите сумму в евро"),
        ("EUR", "en", "Amount, EUR", "€1,234,567.50", "enter the amount in euros"),
    ],
)
def test_the_cash_page(
    vera: Client, gateway: GatewayDouble, settings: Any,
    currency: str, language: str, label: str, balance: str, refusal: str,
) -> None:  # fmt: skip
    settings.HOME_CURRENCY = currency
    known = {"currency": currency, "balance": "1234567.50", "available": "1234567.50", "held": "0.00"}
    gateway.answer("GET /api/v1/account", recorded("account", **known))
    gateway.answer("GET /api/v1/operations", {"next": None, "previous": None, "results": []})
    spoken = {"Accept-Language": language}
    page = vera.get("/cash", headers=spoken).content.decode()
    assert label in page
    assert balance in page
    assert "$" not in page
    assert not re.search(r"\bUSD\b", page)  # a CSRF token may have these letters
    refused = vera.post("/cash", {"amount": "5 $", "key": "k"}, headers=spoken)
    assert refused.status_code == 422
    assert refusal in refused.content.decode()

    gateway.answer("POST /api/v1/deposits", recorded("deposit", amount="20.00", currency=currency), 201)
    vera.post("/cash", {"amount": "20", "key": "k"}, headers=spoken)
    (sent,) = gateway.requests_to("POST /api/v1/deposits")
    assert sent.body == {"amount": "20.00", "currency": currency}


def test_a_price_whose_currency_nobody_says_is_in_that_of_the_exchange(
    settings: Any,
) -> None:
    from web_frontend.templatetags.formatting import average, change, money, signed_money

    settings.HOME_CURRENCY = "EUR"
    with translation.override("en"):
        assert money("5") == "€5.00"
        assert average("5") == "€5.00"
        assert signed_money("5") == "+€5.00"
        assert "+€5.00" in change("5")
