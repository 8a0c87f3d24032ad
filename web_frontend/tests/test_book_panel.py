"""The book and the last trades on an instrument's page: parts of their own, asked at once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, candles, quoted, recorded

BOOK, TRADES = "GET /api/v1/instruments/AAPL/book", "GET /api/v1/instruments/AAPL/trades"


def test_both_sides_and_the_trades_are_shown(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/instruments/AAPL").content.decode()
    book = page[page.index('id="book"') :]
    for price in ("$429.80", "$429.75", "$429.90"):
        assert price in book
    assert book.count('id="bid-') == 2
    assert book.count('id="ask-') == 1
    assert gateway.requests_to(BOOK)[0].query == {"levels": "5"}
    assert 'datetime="2026-11-22T17:58:07' in book[book.index('id="trades-title"') :]


def test_a_stranger_sees_it_without_links(browser: Client, gateway: GatewayDouble) -> None:
    page = browser.get("/instruments/AAPL").content.decode()
    assert "$429.80" in page
    assert 'id="bid-' not in page
    assert "Authorization" not in gateway.requests_to(BOOK)[0].headers


def test_it_refreshes_alone(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    part = vera.get("/instruments/AAPL", headers=htmx("book")).content.decode()
    assert part.strip().startswith('<div id="book"')
    assert 'hx-trigger="news, every 3s"' in part
    assert 'id="bid-1"' in part
    asked = {one.path for one in gateway.requests if one.method == "GET"}
    assert asked == {f"/api/v1/instruments/AAPL{part}" for part in ("", "/book", "/trades")}


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        ([BOOK], ["The order book could not be loaded"]),
        ([TRADES], ["The trades could not be loaded"]),
        (["GET /api/v1/positions"], ["Your position could not be loaded"]),
        ([BOOK, TRADES, "GET /api/v1/account", "GET /api/v1/positions"],
         ["The order book could not be loaded", "The trades could not be loaded"]),
    ],
)  # fmt: skip
def test_a_part_that_fails_says_so_and_the_rest_stands(
    vera: Client, gateway: GatewayDouble, fails: list[str], words: list[str]
) -> None:
    gateway.down(*fails)
    answer = vera.get("/instruments/AAPL")
    page = answer.content.decode()
    assert answer.status_code == 200
    for said in words:
        assert said in page
        assert "Try again" in page
    assert ("$429.80" in page) == (BOOK not in fails)
    assert 'id="quantity"' in page
    assert page.count("Nobody") == (0 if BOOK in fails else 1), "only to be shown by the stream"
    assert "No trades yet" not in page


def test_a_refused_part_is_as_good_as_a_failed_one(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(BOOK, {"code": "rate_limited", "detail": "Slow down."}, 429)
    answer = vera.get("/instruments/AAPL")
    assert answer.status_code == 200
    assert "The order book could not be loaded" in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", ["Nobody", "No trades yet"]),
                                                 ("ru", ["Никого", "Сделок пока не было"])])  # fmt: skip
def test_an_empty_book_is_said(
    browser: Client, gateway: GatewayDouble, language: str, words: list[str]
) -> None:
    gateway.answer(BOOK, recorded("book", bids=[], asks=[]))
    gateway.answer(TRADES, recorded("trades", results=[]))
    page = browser.get("/instruments/AAPL", headers={"Accept-Language": language}).content.decode()
    for said in words:
        assert said in page


def test_the_parts_of_a_page_are_requested_at_once(vera: Client, gateway: GatewayDouble) -> None:
    """Each waits until all seven have come: one after the other, they never would."""
    together = threading.Barrier(7, timeout=60)
    answers: dict[str, Any] = {
        "GET /api/v1/instruments/AAPL": quoted(),
        BOOK: recorded("book"),
        TRADES: recorded("trades"),
        "GET /api/v1/positions": recorded("positions"),
        "GET /api/v1/account": recorded("account"),
        "GET /api/v1/orders": recorded("orders"),
        "GET /api/v1/instruments/AAPL/candles": candles(),
    }

    def met(request: str) -> Callable[[SentRequest], tuple[int, Any]]:
        def play(asked: SentRequest) -> tuple[int, Any]:
            together.wait()
            return 200, answers[request]

        return play

    for request in answers:
        gateway.answer_by(request, met(request))
    page = vera.get("/instruments/AAPL").content.decode()
    assert "$429.80" in page
    assert "could not be loaded" not in page


def test_the_estimate_and_the_position_follow_the_market(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    """So that a page that stays open has one price, beside which nothing stands at an older one."""
    page = vera.get("/instruments/AAPL?quantity=2").content.decode()
    for part in ("estimate", "position"):
        found = re.search(f'<[a-z]+ id="{part}"[^>]*hx-trigger="news, [^"]*every [0-9]+s"', page)
        assert found, part
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(price="431.00"))
    gateway.answer(BOOK, {"code": "service_unavailable"}, 503)
    part = vera.get("/instruments/AAPL?side=buy&quantity=2", headers=htmx("estimate")).content.decode()
    assert "$431.00" in part
    gateway.requests.clear()
    part = vera.get("/instruments/AAPL", headers=htmx("position")).content.decode()
    assert 'id="position"' in part
    asked = {asked.path for asked in gateway.requests}
    assert asked == {"/api/v1/instruments/AAPL", "/api/v1/instruments/AAPL/book", "/api/v1/positions"}
