"""A limit order as a person lives it: placed, seen waiting, replaced, canceled; and without JavaScript."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_every_page import look

WORDS = {
    "en": {
        "waits": "Waiting in the book to buy 2 MSFT at",
        "replaced": "The order was replaced by another one. Nothing was traded.",
        "canceled": "The order was canceled. Nothing was traded and no money moved.",
        "asked": "Cancellation of 1 order was requested.",
    },
    "ru": {
        "waits": re.compile(r"Заявка на покупку 2\sшт\. MSFT по\s[\d\s,]+\$ или дешевле ждёт в стакане"),
        "replaced": "Заявка заменена другой. Сделки не было.",
        "canceled": "Заявка отменена. Сделки не было, деньги не списаны.",
        "asked": "Запрошена отмена 1 заявки.",
    },
}


def far_below(page: Page, share: str) -> str:
    """A limit at which nobody sells: this share of the present price, on the step."""
    price = Decimal(page.locator("#estimate [name=price]").input_value())
    return f"{price * Decimal(share):.2f}"


def test_it_waits_is_replaced_and_is_canceled(open_window: OpenPage, language: str) -> None:
    words = WORDS[language]
    visitor = open_window(language)
    page = visitor.page
    visitor.join("5000")

    # A price in the book (the house always sells) becomes the limit, and has the focus.
    visitor.open("/instruments/MSFT")
    expect(page.locator("#limit_price")).to_be_hidden()
    page.click("#ask-1")
    expect(page.locator("#limit_price")).to_be_focused()
    limit = far_below(page, "0.9")
    page.fill("#limit_price", limit)
    page.fill("#quantity", "2")
    page.select_option("#time_in_force", "gtc")
    expect(page.locator("#estimate .sums-total dd")).not_to_have_text("—")
    page.click("#review")
    expect(page.locator("#ticket-title")).to_be_focused()
    expect(page.locator("#limit-price")).to_contain_text(re.compile(r"\d"))
    page.click("#place")
    page.wait_for_url("**/orders/*")
    expect(page.locator("#sentence")).to_contain_text(words["waits"])  # type: ignore[arg-type]

    # It is among the open ones; replaced by one for less, which then waits in its place.
    first = page.url
    page.click("#replace-link")
    page.fill("#limit_price", far_below_of(limit))
    page.click("#review")
    expect(page.locator("#replace-title")).to_be_focused()
    page.keyboard.press("/")  # leads away from no order under review
    page.click("#replace-confirm")
    page.wait_for_url(first)
    expect(page.locator("#sentence")).to_have_text(words["replaced"])  # type: ignore[arg-type]
    page.click("#replacement")
    expect(page.locator("#sentence")).to_contain_text(words["waits"])  # type: ignore[arg-type]
    second = page.url

    # Canceled in its row, which then says so by itself.
    page.click("main .crumb a")
    expect(page.locator(".orders-open tbody tr")).to_have_count(1)
    page.click(".orders-open button")
    expect(page.locator(".orders-open tbody tr")).to_have_count(0)
    expect(page.locator(".orders-ended tbody tr")).to_have_count(2)
    page.goto(second)
    expect(page.locator("#sentence")).to_have_text(words["canceled"])  # type: ignore[arg-type]
    assert visitor.complaints == []


def far_below_of(limit: str) -> str:
    """A step less."""
    return f"{Decimal(limit) - Decimal('0.01'):.2f}"


def test_all_are_canceled_after_a_question(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    page = visitor.page
    visitor.join("5000")
    visitor.open("/instruments/MSFT?type=limit")
    page.fill("#limit_price", far_below(page, "0.9"))
    page.fill("#quantity", "2")
    page.click("#review")
    page.click("#place")
    expect(page.locator("#sentence")).to_contain_text(WORDS[language]["waits"])  # type: ignore[arg-type]
    page.goto("/orders?ticker=MSFT")
    page.click("#cancel-all")
    page.click("#cancel-all-confirm")
    expect(page.locator("#status")).to_contain_text(str(WORDS[language]["asked"]))
    expect(page.locator(".orders-open tbody tr")).to_have_count(0)
    assert visitor.complaints == []


def test_it_works_without_javascript(open_window: OpenPage) -> None:
    scripted = open_window("en")
    name = scripted.join("5000")
    visitor = open_window("en", java_script_enabled=False)
    page = visitor.page
    page.goto("/sign-in?next=/instruments/MSFT")
    page.fill("[name=username]", name)
    page.fill("[name=password]", "correct-horse-7-staple")
    page.click("#submit")
    page.wait_for_url("**/instruments/MSFT")
    page.click("#ask-1")
    page.wait_for_url("**type=limit**")
    limit = far_below(page, "0.9")
    page.fill("#limit_price", limit)
    page.fill("#quantity", "1")
    page.click("#review")
    page.click("#place")
    page.wait_for_url("**/orders/*")
    visitor.reload_until("#sentence:has-text('Waiting in the book to buy')")
    page.click("#cancel")
    visitor.reload_until("#order [data-status=canceled]")


@pytest.mark.timeout(240)
def test_its_pages_have_no_faults(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    page = visitor.page
    visitor.join("5000")
    visitor.open("/instruments/MSFT?type=limit")
    limit = far_below(page, "0.9")
    page.fill("#limit_price", limit)
    page.fill("#quantity", "2")
    page.click("#review")
    page.click("#place")
    expect(page.locator("#sentence")).to_contain_text(WORDS[language]["waits"])  # type: ignore[arg-type]
    order = page.evaluate("location.pathname")
    ticket = f"/instruments/MSFT?type=limit&limit_price={limit}&quantity=2"
    paths = [
        ticket, f"{ticket}&step=review", "/instruments/MSFT?type=limit&limit_price=x&quantity=x&step=review",
        order, f"{order}/replace", f"{order}/replace?quantity=3&limit_price={limit}&step=review", "/orders",
        "/orders?show=open", "/orders/cancel-all",
    ]  # fmt: skip
    assert [line for path in paths for line in look(visitor, path)] == []
    assert visitor.complaints == []
