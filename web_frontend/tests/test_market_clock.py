"""Every page says what day it is on the market, and where its prices come from."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from web_frontend.market_clock import clock
from web_frontend.tests.gateway_double import GatewayDouble, recorded

MARKET = "GET /api/v1/market"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    clock._kept.clear()


@pytest.mark.parametrize("page", ["/", "/instruments/AAPL", "/sign-in", "/nowhere"])
def test_every_page_says_it_once(browser: Client, gateway: GatewayDouble, page: str) -> None:
    html = browser.get(page).content.decode()
    assert html.count("Simulation: a history of prices, replayed") == 1
    assert "Jun 12, 2012, 14:35" in html
    russian = browser.get(page, headers={"Accept-Language": "ru"}).content.decode()
    assert "Симуляция: повтор истории цен" in russian
    assert "12 июн. 2012" in russian


@pytest.mark.parametrize(
    ("feed", "words"), [("simulated", "prices move at random"), ("manual", "prices are set by operators")]
)
def test_where_the_prices_come_from(browser: Client, gateway: GatewayDouble, feed: str, words: str) -> None:
    gateway.answer(MARKET, recorded("market", feed=feed, paused=True))
    html = browser.get("/").content.decode()
    assert words in html
    assert "Paused" in html


def test_a_process_asks_for_all_its_visitors(browser: Client, vera: Client, gateway: GatewayDouble) -> None:
    for _ in range(5):
        browser.get("/")
        vera.get("/portfolio")
    assert len(gateway.clock_requests) == 1
    assert "Authorization" not in gateway.clock_requests[0].headers


def test_a_fragment_asks_for_none(browser: Client, gateway: GatewayDouble, htmx: Any) -> None:
    assert browser.get("/instruments/AAPL", headers=htmx("quote")).status_code == 200
    assert not gateway.clock_requests


def test_a_page_says_what_is_known_and_what_is_shown_stays(
    browser: Client, gateway: GatewayDouble, htmx: Any
) -> None:
    unknown: tuple[Any, ...] = ({}, {"feed": "replay", "time": "soon", "paused": False}, "no JSON")
    for answer in unknown:
        gateway.answer(MARKET, answer)
        html = browser.get("/").content.decode()
        assert html.count("Simulation: not a real market") == 1
        assert "data-day" not in html
        assert "clock-time" not in html
        clock._kept.clear()
    gateway.answer(MARKET, recorded("market"))
    assert "14:35" in browser.get("/market-clock", headers=htmx("market-clock")).content.decode()
    for answer in unknown:
        gateway.answer(MARKET, answer)
        _, kept = clock._kept[settings.GATEWAY_URL]
        clock._kept[settings.GATEWAY_URL] = 0, kept
        assert browser.get("/market-clock", headers=htmx("market-clock")).status_code == 204
        assert "Simulation: a history of prices, replayed" in browser.get("/").content.decode()
    gateway.down(MARKET)
    clock._kept.clear()
    assert "Simulation: not a real market" in browser.get("/nowhere").content.decode()
