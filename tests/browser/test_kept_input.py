"""What is typed stays: in another language, and when one was signed out in another window."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, OpenPage, Visitor
from tests.browser.test_limit_order import far_below


def sign_out_elsewhere(visitor: Visitor) -> None:
    other = visitor.window()
    other.goto("/")
    other.click("details.menu summary")
    other.click("#sign-out")
    other.wait_for_selector(".message-success")
    other.close()


def test_who_was_signed_out_elsewhere_finds_the_ticket_again(open_window: OpenPage) -> None:
    visitor = open_window()
    page, name = visitor.page, visitor.join("1000")
    visitor.open("/instruments/AAPL?side=buy")
    page.fill("#quantity", "3")
    sign_out_elsewhere(visitor)
    page.evaluate("htmx.trigger('#position', 'news')")  # or by its clock, or as Review is pressed
    page.click("#ticket a[href^='/sign-in']")
    expect(page.locator("main")).to_have_count(1)
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("#submit")
    expect(page.locator("#quantity")).to_have_value("3")


def test_another_language_keeps_what_is_typed(open_window: OpenPage) -> None:
    visitor = open_window()
    page = visitor.page
    visitor.join("5000")
    visitor.open("/cash?next=/help")
    page.fill("#top-up-amount", "77")
    page.fill("#withdraw-amount", "12")
    page.click("button[name=language]")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#top-up-amount")).to_have_value("77")
    expect(page.locator("#withdraw-amount")).to_have_value("12")
    expect(page.locator("#top-up [name=next]")).to_have_value("/help")

    visitor.open("/instruments/MSFT?type=limit")
    page.fill("#limit_price", far_below(page, "0.9"))
    page.fill("#quantity", "2")
    page.click("#review")
    page.click("#place")
    page.click("#replace-link")
    page.fill("#quantity", "3")
    page.click("button[name=language]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#quantity")).to_have_value("3")
    page.click("#review")
    expect(page.locator("#replace-confirm")).to_be_visible()
    expect(page).to_have_url(re.compile("quantity=3"))  # so it stays when the page is loaded again
    page.click("button[name=language]")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#replace-confirm")).to_be_visible()
    expect(page.locator("#replace [name=quantity]")).to_have_value("3")
    assert visitor.complaints == []
