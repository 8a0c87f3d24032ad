"""Price alerts: the panel of an instrument, the page of all, and what is said when one is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble

WAITS = {
    "id": "0198c1f0-9c00-7b33-b8e1-4d5e6f7a8c04", "ticker": "AAPL", "name": "Apple Inc.",
    "direction": "above", "price": "1500.00", "currency": "USD", "created_at": "2026-01-31T10:00:00Z",
    "fired_at": None,
    "fired_price": None,
}  # fmt: skip
FIRED = {**WAITS, "direction": "below", "fired_at": "2026-01-31T11:00:00Z", "fired_price": "99.50"}
EMPTY: dict[str, Any] = {"limit": 50, "waiting": 0, "next": None, "previous": None, "results": []}
REACHED = {
    "code": "invalid", "detail": "Invalid input.",
    "errors": [{"field": "price", "code": "alert_price_reached", "detail": "It is 100.00 already."}],
}  # fmt: skip
FULL = {"code": "alerts_full", "detail": "You can have 50 price alerts at most.", "errors": []}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_an_instrument_shows_what_waits_for_it(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/alerts", {**EMPTY, "results": [WAITS]})
    page = words(vera.get("/instruments/AAPL").content.decode())
    (asked,) = gateway.requests_to("GET /api/v1/alerts")
    assert (asked.query["ticker"], asked.query["waiting"]) == ("AAPL", "true")
    assert "rises to $1,500.00" in page
    russian = vera.get("/instruments/AAPL", headers={"Accept-Language": "ru"}).content.decode()
    assert "Сообщить при этой цене" in russian or "Tell me at this price" in russian


def test_who_is_not_signed_in_has_none(browser: Client, gateway: GatewayDouble) -> None:
    assert 'id="alerts"' not in browser.get("/instruments/AAPL").content.decode()
    assert gateway.requests_to("GET /api/v1/alerts") == []
    assert browser.get("/alerts")["Location"] == "/sign-in?next=/alerts"


def test_one_is_set_without_javascript(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/alerts", WAITS, 201)
    answer = vera.post("/alerts", {"ticker": "AAPL", "price": "1,500", "next": "/instruments/AAPL"})
    assert (answer.status_code, answer["Location"]) == (303, "/instruments/AAPL")
    (asked,) = gateway.requests_to("POST /api/v1/alerts")
    assert asked.body == {"ticker": "AAPL", "price": "1500"}
    assert "You will be told when AAPL rises to $1,500.00." in vera.get("/").content.decode()
    answer = vera.post("/alerts", {"ticker": "AAPL", "price": "1500", "next": "https://elsewhere.example"})
    assert answer["Location"] == "/alerts"


def test_the_panel_is_swapped(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("POST /api/v1/alerts", WAITS, 201)
    gateway.answer("GET /api/v1/alerts", {**EMPTY, "results": [WAITS]})
    answer = vera.post("/alerts", {"ticker": "AAPL", "price": "1500"}, headers=htmx("alerts"))
    page = answer.content.decode()
    assert (answer.status_code, page.count("<section")) == (200, 1)
    assert "You will be told when AAPL rises to $1,500.00." in page
    gateway.answer(f"DELETE /api/v1/alerts/{WAITS['id']}", None, 204)
    gateway.answer("GET /api/v1/alerts", EMPTY)
    answer = vera.post(f"/alerts/{WAITS['id']}/delete", {"ticker": "AAPL"}, headers=htmx("alerts"))
    assert "The price alert is deleted." in answer.content.decode()
    assert "rises to" not in answer.content.decode()


@pytest.mark.parametrize(("refusal", "status"), [(REACHED, 400), (FULL, 409)])
def test_a_refusal_stands_in_the_form(
    vera: Client, gateway: GatewayDouble, htmx: Callable, refusal: dict, status: int
) -> None:
    gateway.answer("POST /api/v1/alerts", refusal, status)
    said = (refusal["errors"] or [refusal])[0]["detail"]
    no_script: dict[str, str] = {}
    for headers in (htmx("alerts"), no_script):
        answer = vera.post("/alerts", {"ticker": "AAPL", "price": "100"}, headers=headers)
        page = answer.content.decode()
        assert (answer.status_code, said in page, 'value="100"' in page) == (422, True, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ticker": "AAPL", "price": ""}, "Enter a price."),
        ({"ticker": "AAPL", "price": "much"}, "Enter a price such as"),
        ({"ticker": "AAPL", "price": "-1"}, "Enter a price"),
        ({"ticker": "", "price": "5"}, "Enter a ticker."),
        ({"ticker": "a/b", "price": "x"}, "Enter a price such as"),
        ({}, "Enter a price."),
    ],
)
def test_what_is_no_price_is_not_sent(
    vera: Client, gateway: GatewayDouble, htmx: Callable, typed: dict, said: str
) -> None:
    no_script: dict[str, str] = {}
    for headers in (htmx("alerts"), no_script):
        answer = vera.post("/alerts", typed, headers=headers)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert gateway.requests_to("POST /api/v1/alerts") == []


def test_a_form_without_a_ticker_says_so_although_nothing_can_be_listed_for_it(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    blank = {"code": "invalid", "detail": "Invalid input.", "errors": [{"field": "ticker", "code": "blank"}]}
    gateway.answer("GET /api/v1/alerts", blank, 400)
    answer = vera.post("/alerts", {"ticker": "", "price": "5"}, headers=htmx("alerts"))
    assert (answer.status_code, "Enter a ticker." in answer.content.decode()) == (422, True)


def test_the_page_has_all_of_them(vera: Client, gateway: GatewayDouble) -> None:
    assert "No price alerts" in vera.get("/alerts").content.decode()
    older = "http://testserver/api/v1/alerts?cursor=abc"
    gateway.answer("GET /api/v1/alerts", {**EMPTY, "next": older, "results": [WAITS, FIRED]})
    page = vera.get("/alerts?ticker=MSFT").content.decode()
    assert "AAPL rises to $1,500.00" in words(page)
    assert "Reached at $99.50" in words(page)
    assert 'value="MSFT"' in page
    assert 'href="?cursor=abc"' in page
    vera.get("/alerts?cursor=abc")
    assert gateway.requests_to("GET /api/v1/alerts")[-1].query == {"cursor": "abc"}


def test_one_is_deleted_and_once_more(vera: Client, gateway: GatewayDouble) -> None:
    gone = {"code": "not_found", "detail": "There is no such alert.", "errors": []}
    for body, status in ((None, 204), (gone, 404)):
        gateway.answer(f"DELETE /api/v1/alerts/{WAITS['id']}", body, status)
        answer = vera.post(f"/alerts/{WAITS['id']}/delete", {"next": "/instruments/AAPL"})
        assert (answer.status_code, answer["Location"]) == (303, "/instruments/AAPL")
    assert vera.get(f"/alerts/{WAITS['id']}/delete").status_code == 405
