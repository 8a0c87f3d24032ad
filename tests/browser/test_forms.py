"""Wrong input stands at its field, keeps what was typed, and moves the focus there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import OpenPage, Visitor, windows
from tests.system import System


@pytest.fixture(scope="module")
def penniless(chromium: Browser, system: System) -> Iterator[Visitor]:
    """One customer without money for all these tests."""
    with windows(chromium, system) as make:
        visitor = make()
        visitor.join()
        visitor.open("/cash")
        visitor.page.wait_for_selector("#available")
        yield visitor


def test_sign_up_errors_stand_at_their_fields(open_window: OpenPage) -> None:
    visitor = open_window()
    page = visitor.page
    visitor.open("/sign-up")
    page.fill("[name=username]", "x")
    page.fill("[name=email]", "x@example.com")
    page.fill("[name=password]", "password")
    page.click("#submit")
    expect(page.locator(".field .error")).not_to_have_count(0)
    expect(page.locator("[name=email]")).to_have_value("x@example.com")
    first = page.locator("[aria-invalid=true]").first
    expect(first).to_be_focused()
    described = first.get_attribute("aria-describedby") or ""
    assert any(page.locator(f"#{name}.error").count() for name in described.split())
    assert visitor.complaints == []


@pytest.mark.parametrize("quantity", ["", "0", "-1", "1.5", "abc", "1e400", "999999999999999999999"])
def test_a_quantity_that_cannot_be_does_not_reach_the_review(penniless: Visitor, quantity: str) -> None:
    visitor = penniless
    visitor.open("/instruments/AAPL")
    visitor.page.fill("#quantity", quantity)
    visitor.page.click("#review")
    expect(visitor.page.locator("#quantity_error")).to_be_visible()
    expect(visitor.page.locator("#quantity")).to_be_focused()
    expect(visitor.page.locator("#quantity")).to_have_value(quantity)
    assert visitor.complaints == []


def test_buying_without_money_leads_to_the_top_up(penniless: Visitor) -> None:
    visitor = penniless
    visitor.open("/instruments/AAPL")
    visitor.page.click("#most a[href^='/cash?next=']")
    visitor.page.wait_for_url("**/cash?next=*")
    expect(visitor.page.locator("#top-up [name=next]")).to_have_value(
        re.compile("^/instruments/AAPL.*#ticket$")
    )
