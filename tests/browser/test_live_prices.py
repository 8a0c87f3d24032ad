"""Prices that move on the market's and an instrument's page, as the server would write them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Page, expect

from servicekit.numerals import numerals
from servicekit.testing.waiting import wait
from tests.browser.conftest import OpenPage
from tests.browser.test_layout import halted
from tests.e2e.people import Person
from tests.system import System

STREAM = re.compile("/api/v1/quotes/stream")
#: Ticks come every few seconds.
TICK_MS = 60_000
SAID = {
    "en": {"open": "Live prices", "broken": "Prices are not moving: no connection. Reconnecting…"},
    "ru": {"open": "Цены обновляются", "broken": "Цены не обновляются: нет соединения. Переподключаемся…"},
}
#: What has moved: its ticker, price, previous close and texts, once its row is no longer as it came.
MOVED = """() => {
    for (const box of document.querySelectorAll('[data-live]')) {
        const price = box.querySelector('.live-price');
        if (!price.matches('.tick-up, .tick-down')) continue;
        const change = box.querySelector('.live-change').innerText.replaceAll('\\n', ' ');
        return [box.dataset.price, box.dataset.close, price.textContent, change];
    }
}"""


def moved(page: Page) -> tuple[str, str, str, str]:
    """The first price that moves."""
    price, close, text, change = page.wait_for_function(MOVED, timeout=TICK_MS).json_value()
    return price, close, text, change


@pytest.mark.parametrize("path", ["/", "/instruments/BZIDX"])
def test_they_move_as_the_server_writes_them(open_window: OpenPage, language: str, path: str) -> None:
    visitor = open_window(language)
    visitor.open(path)
    expect(visitor.page.locator("#live")).to_have_text(SAID[language]["open"])
    price, close, text, change = moved(visitor.page)
    rules, difference = numerals(language), Decimal(price) - Decimal(close)
    assert text == rules.currency(Decimal(price), "USD", 2)
    sign = "▲+" if difference > 0 else "▼−" if difference < 0 else "■"
    share = (100 * abs(difference) / Decimal(close)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    written = sign + rules.currency(abs(difference), "USD", 2)
    assert re.sub(r"[\s\u00a0]", "", change).startswith(re.sub(r"[\s\u00a0]", "", written))
    assert rules.decimal(share, 2) in change
    assert visitor.complaints == []


def test_a_broken_stream_says_so_and_recovers(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    visitor.context.route(STREAM, lambda route: route.abort())
    visitor.open("/")
    expect(visitor.page.locator("#live")).to_have_text(SAID[language]["broken"])
    visitor.context.unroute(STREAM)
    expect(visitor.page.locator("#live")).to_have_text(SAID[language]["open"], timeout=TICK_MS)


def test_the_stream_is_of_what_the_search_finds(open_window: OpenPage) -> None:
    visitor = open_window("en")
    visitor.open("/")
    with visitor.page.expect_request(STREAM) as asked:
        visitor.page.fill("#search", "MSFT")
    assert asked.value.url.endswith("tickers=MSFT")
    expect(visitor.page.locator("#live")).to_have_text(SAID["en"]["open"])


def test_another_day_of_the_market_brings_its_previous_closes(open_window: OpenPage) -> None:
    visitor = open_window("en")
    visitor.open("/?search=MSFT")
    expect(visitor.page.locator("#live")).to_have_text(SAID["en"]["open"])
    was = visitor.page.url
    with visitor.page.expect_response(
        lambda answer: answer.request.headers.get("hx-target") == "instruments"
    ):
        visitor.page.evaluate("document.getElementById('market-clock').dataset.day = '1999-12-31'")
        visitor.page.evaluate("htmx.trigger('#market-clock', 'htmx:afterSettle')")
    assert visitor.page.url == was


def test_the_book_and_the_trades_move_without_being_asked_for(
    open_window: OpenPage, system: System, language: str
) -> None:
    person = Person(system.url)
    person.deposit("50000.00")
    person.buy("GOOG", 1)  # there is a list of trades
    visitor = open_window(language)
    visitor.join()
    with visitor.page.expect_request(re.compile("&books=GOOG")):
        visitor.open("/instruments/GOOG")
    visitor.page.wait_for_selector("#book[data-heard]")
    asked: list[str] = []
    visitor.page.on("request", lambda one: asked.append(one.headers.get("hx-target", "")))
    person.buy("GOOG", 7)
    newest = visitor.page.locator("#tape tr").first
    expect(newest.locator("td").last).to_have_text("7")
    rules, trade = numerals(language), person.get("/instruments/GOOG/trades")["results"][0]
    assert newest.locator("td").nth(1).text_content() == rules.currency(Decimal(trade["price"]), "USD", 2)
    best = visitor.page.locator("#ask-1")
    shown = best.get_attribute("href") or ""
    assert re.search(r"limit_price=([\d.]+)", shown)

    def is_the_best() -> bool:  # both move
        asks = person.get("/instruments/GOOG/book")["asks"]
        return best.text_content() in [rules.currency(Decimal(level["price"]), "USD", 2) for level in asks]

    wait(is_the_best, "the page has no price of the book")
    assert "book" not in asked
    best.click()
    expect(visitor.page.locator("#limit_price")).to_be_visible()
    assert visitor.complaints == []


def test_a_side_of_the_book_with_nobody_follows_the_stream(open_window: OpenPage, system: System) -> None:
    visitor = open_window("en")
    visitor.open("/instruments/BZIDX")
    visitor.page.wait_for_selector("#book[data-heard]")
    asked: list[str] = []
    visitor.page.on("request", lambda one: asked.append(one.headers.get("hx-target", "")))
    nobody, asks = visitor.page.locator("#book .book-nobody"), visitor.page.locator(".book-asks tbody tr")
    with halted(system, "BZIDX"):  # Birzha quotes no prices then
        expect(nobody).to_have_count(2)
        expect(visitor.page.locator("#book .book-spread")).to_be_hidden()
    expect(asks.first).to_contain_text("$")
    expect(visitor.page.locator(".book-asks .book-nobody")).to_have_count(0)
    assert "book" not in asked
    assert visitor.complaints == []
