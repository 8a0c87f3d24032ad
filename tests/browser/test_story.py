"""The whole story as a person lives it, in both languages: from signing up to signing out."""

from __future__ import annotations

import csv
import io
import re
import secrets

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.system import System

WORDS = {
    "en": {
        "topped up": "Your account was topped up by $5,000.50.",
        "bought": re.compile(r"You bought 4 AAPL at \$[\d,.]+ each and paid \$[\d,.]+ with the fee\."),
        "sold": re.compile(r"You sold 1 AAPL at \$[\d,.]+ each"),
        "steps": ["Accepted", "Working", "Filled"],
        "history": ["Sell AAPL", "Buy AAPL", "Top-up"],
        "signed out": "You are signed out.",
        "found": "Apple Inc.",
    },
    "ru": {
        "topped up": "Счёт пополнен на 5\xa0000,50\xa0$.",
        "bought": re.compile(r"Вы купили 4\sшт\. AAPL по\s[\d\s,]+\$ и заплатили [\d\s,]+\$ с комиссией\."),
        "sold": re.compile(r"Вы продали 1\sшт\. AAPL по\s[\d\s,]+\$"),
        "steps": ["Принята", "На исполнении", "Исполнена"],
        "history": ["Продажа AAPL", "Покупка AAPL", "Пополнение"],
        "signed out": "Вы вышли.",
        "found": "Apple",
    },
}


def test_the_whole_story(open_window: OpenPage, language: str) -> None:
    words = WORDS[language]
    visitor = open_window(language)
    page = visitor.page

    visitor.sign_up()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".empty-title")).to_be_visible()  # owns nothing yet

    visitor.top_up("5 000,50")
    expect(page.locator("#status")).to_contain_text(str(words["topped up"]))
    expect(page.locator("#available")).to_contain_text(re.compile(r"5[,\s]000[.,]50"))

    # The search finds by letters of the ticker, without a reload, and has an address.
    page.click(".brand")
    page.wait_for_selector("#search")
    page.wait_for_load_state()
    page.keyboard.press("/")
    page.keyboard.type("aap")
    expect(page.locator("#instruments tbody tr")).to_have_count(1)
    page.wait_for_url("**/?search=aap")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/instruments/AAPL")
    expect(page.locator("h1")).to_contain_text(str(words["found"]))

    # The ticket: quantity → estimate → review → place. The order fills on its page, by itself.
    page.fill("#quantity", "4")
    expect(page.locator("#estimate .sums-total dd")).not_to_have_text("—")
    page.click("#review")
    expect(page.locator("#ticket-title")).to_be_focused()  # not the button: Enter twice must not trade
    page.click("#place")
    page.wait_for_url("**/orders/*")
    expect(page.locator("#sentence")).to_have_text(words["bought"])  # type: ignore[arg-type]
    expect(page.locator(".step > span")).to_have_text(words["steps"])  # type: ignore[arg-type]
    expect(page.locator("#cancel")).to_have_count(0)

    page.click("main a[href='/portfolio']")
    row = page.locator("tbody tr", has_text="AAPL")
    expect(row.locator("td").nth(1)).to_have_text("4")

    visitor.trade("AAPL", "sell", "1")
    expect(page.locator("#sentence")).to_have_text(words["sold"])  # type: ignore[arg-type]

    page.click("a[href='/history']")
    visitor.reload_until("tbody tr", number=3)  # the sale is booked when it is filled already
    expect(page.locator("tbody td:nth-child(2)")).to_contain_text(words["history"])  # type: ignore[arg-type]
    page.select_option("#filter-type", "sell")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/history?type=sell")
    exported = page.request.get(page.get_attribute("a[download][href^='/history.csv?type=']", "href") or "")
    rows = list(csv.DictReader(io.StringIO(exported.text().lstrip("\ufeff"))))
    assert [row["type"] for row in rows] == ["sell"]

    # Two fills, a top-up, a welcome: counted in words, read one by one or all at once.
    page.click("a[href='/notifications']")
    visitor.reload_until(".news-item", number=4)  # the last is told when the order is filled already
    expect(page.locator("#unread")).to_have_text(re.compile("4 "))
    page.locator(".news-item button").first.click()
    expect(page.locator("#unread")).to_have_text(re.compile("3 "))
    page.click("#read-all")
    expect(page.locator(".news-unread")).to_have_count(0)
    expect(page.locator("#unread")).to_be_empty()

    page.click("details.menu summary")
    page.click("#sign-out")
    expect(page.locator("#status")).to_contain_text(str(words["signed out"]))
    page.goto("/portfolio")
    page.wait_for_url("**/sign-in?next=/portfolio")
    assert visitor.complaints == []


def test_no_token_and_no_balance_stay_in_the_browser(open_window: OpenPage, system: System) -> None:
    visitor = open_window()
    visitor.sign_up()
    visitor.top_up("1234.56")
    page = visitor.page
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("Object.entries(sessionStorage)") == [["htmx-current-path-for-history", "/cash"]]
    cookies = {cookie["name"]: cookie for cookie in visitor.context.cookies()}
    assert cookies[system.cookie("session")]["httpOnly"]
    assert cookies[system.cookie("session")]["sameSite"] == "Lax"
    assert not [name for name, cookie in cookies.items() if cookie["value"].startswith("ey")]
    page.click("details.menu summary")
    page.click("#sign-out")
    page.wait_for_selector(".message-success")
    page.go_back()
    page.wait_for_load_state()
    assert "1,234.56" not in page.content()
    assert visitor.complaints == []


def test_the_language_can_be_switched_and_is_remembered(open_window: OpenPage) -> None:
    visitor = open_window("en")
    visitor.open("/instruments/AAPL")
    visitor.page.click("button[name=language]")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ru")
    expect(visitor.page).to_have_url(re.compile("/instruments/AAPL$"))
    visitor.open("/")
    expect(visitor.page.locator("h1")).to_have_text("Рынок")
    assert visitor.complaints == []


def test_it_works_without_javascript(open_window: OpenPage) -> None:
    visitor = open_window("en", java_script_enabled=False)
    page = visitor.page
    who = f"plain-{secrets.token_hex(5)}"
    page.goto("/sign-up")
    page.fill("[name=username]", who)
    page.fill("[name=email]", f"{who}@example.com")
    page.fill("[name=password]", "correct-horse-7-staple")
    page.click("#submit")
    page.wait_for_url("**/portfolio")
    page.goto("/cash")
    visitor.reload_until("#available")  # the account is opened
    page.fill("#top-up-amount", "1000")
    page.click("#top-up-submit")
    expect(page.locator(".message-success")).to_be_visible()
    page.goto("/instruments/MSFT")
    page.fill("#quantity", "1")
    page.click("#review")
    page.click("#place")
    page.wait_for_url("**/orders/*")
    visitor.reload_until("#order [data-status=filled]")
