"""Withdrawing on the cash page: sent once, and what is refused stands in its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "$1,500.50 was withdrawn from your account."), ("ru", "Со счёта выведено\xa01\xa0500,50\xa0$.")],
)
def test_a_withdrawal_is_sent_once_and_said(
    vera: Client, gateway: GatewayDouble, language: str, said: str
) -> None:
    gateway.answer("POST /api/v1/withdrawals", recorded("deposit", amount="1500.50"), 201)
    answer = vera.post(
        "/cash/withdraw", {"amount": "1500.50", "key": "k1"}, headers={"Accept-Language": language}
    )
    assert (answer.status_code, answer["Location"]) == (303, "/cash")
    (sent,) = gateway.requests_to("POST /api/v1/withdrawals")
    assert sent.body == {"amount": "1500.50", "currency": "USD"}
    assert sent.headers["Idempotency-Key"] == "k1"
    assert said in vera.get("/cash", headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize("typed", ["", "abc", "0", "-5", "1.005", "NaN", "9" * 30])
def test_what_is_no_amount_is_not_withdrawn(vera: Client, gateway: GatewayDouble, typed: str) -> None:
    answer = vera.post("/cash/withdraw", {"amount": typed, "key": "k1"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="withdraw-amount_error"' in page
    assert 'id="top-up-amount_error"' not in page
    assert not gateway.requests_to("POST /api/v1/withdrawals")


@pytest.mark.parametrize(
    ("code", "status"),
    [("insufficient_funds", 400), ("account_frozen", 409), ("withdrawal_quota_exceeded", 429)],
)
@pytest.mark.parametrize("fragment", [True, False])
def test_a_refused_withdrawal_stands_in_its_form(
    vera: Client, gateway: GatewayDouble, htmx: Callable, code: str, status: int, fragment: bool
) -> None:
    problem: dict[str, Any] = {
        "code": code,
        "detail": "$40.00 can be withdrawn; this withdrawal is $50.00.",
    }
    if code == "insufficient_funds":
        problem["errors"] = [{"field": "amount", "code": code, "detail": problem["detail"]}]
    gateway.answer("POST /api/v1/withdrawals", problem, status)
    answer = vera.post(
        "/cash/withdraw", {"amount": "50", "key": "k1"}, headers=htmx("withdraw") if fragment else {}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.strip().startswith('<form id="withdraw"') == fragment
    assert ('id="top-up"' in page) != fragment
    assert problem["detail"] in page
    assert 'value="k1"' in page


def test_a_key_that_stands_for_another_withdrawal_is_renewed(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/withdrawals", recorded("key_reused"), 422)
    page = vera.post("/cash/withdraw", {"amount": "50", "key": "k1"}).content.decode()
    assert "already used for another withdrawal" in page
    assert 'value="k1"' not in page


def test_the_address_of_a_withdrawal_leads_to_the_cash_page(vera: Client) -> None:
    answer = vera.get("/cash/withdraw")
    assert (answer.status_code, answer["Location"]) == (303, "/cash")
