"""Dividends and splits: on an instrument's page, and in the history."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded

ACTIONS = "GET /api/v1/instruments/AAPL/corporate-actions"
PAGE = "/instruments/AAPL"


def text(page: bytes) -> str:
    """The page's words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["Dividends and splits", "day not announced yet", "Dividend of $0.24 a unit", "Announced",
             "Dividend of the first quarter", "Nov 20, 2026", "Dividend of $0.2275 a unit", "Paid out",
             "Split: 7 for 1"],
        ),
        (
            "ru",
            ["Дивиденды и сплиты", "день ещё не объявлен", "Дивиденды 0,24\xa0$ за штуку", "Объявлено",
             "Выплачено", "Сплит: 7 за 1"],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("signed_in", [True, False])
def test_they_are_shown(
    vera: Client, client: Client, language: str, words: list[str], signed_in: bool
) -> None:
    page = text((vera if signed_in else client).get(PAGE, headers={"Accept-Language": language}).content)
    for word in words:
        assert word in page or word.replace("\xa0", " ") in page, word


def test_without_any_and_without_an_answer_there_is_no_list(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(ACTIONS, {"results": []})
    assert "Dividends and splits" not in text(vera.get(PAGE).content)
    gateway.down(ACTIONS)
    answer = vera.get(PAGE)
    assert answer.status_code == 200
    assert "Dividends and splits" not in text(answer.content)


def test_a_part_of_the_page_does_not_ask_for_them(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    for target in ("book", "ticket", "estimate", "quote"):
        vera.get(PAGE, headers=htmx(target))
    assert gateway.requests_to(ACTIONS) == []


def test_a_dividend_stands_in_the_history(vera: Client, gateway: GatewayDouble) -> None:
    page = recorded("operations")
    row = {
        **page["results"][0], "type": "dividend", "order_id": None, "ticker": "AAPL", "quantity": 10,
        "price": "0.24", "amount": "2.40",
    }  # fmt: skip
    gateway.answer("GET /api/v1/operations", {**page, "results": [row]})
    shown = vera.get("/history")
    assert "Dividend AAPL" in text(shown.content)
    assert 'href="/instruments/AAPL"' in shown.content.decode()
    assert "Дивиденды AAPL" in text(vera.get("/history", headers={"Accept-Language": "ru"}).content)
