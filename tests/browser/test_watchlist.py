"""The watchlist by hand: a star is pressed with and without JavaScript, and the market shows what it has."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

PRESSED = "[aria-pressed=true]"


def test_a_star_puts_an_instrument_on_the_watchlist_and_takes_it_off(
    open_window: OpenPage, language: str
) -> None:
    visitor = open_window(language)
    page = visitor.page
    visitor.join()
    visitor.open("/?watched=yes")
    expect(page.locator(".empty-title")).to_be_visible()
    assert visitor.axe() == []
    page.click(".chip:has([name=watched])")
    page.wait_for_url("**/")
    page.locator("#star-AAPL").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#star-AAPL{PRESSED}")).to_be_focused()
    page.click(".chip:has([name=watched])")
    page.wait_for_url("**/?watched=yes")
    expect(page.locator("#instruments tbody tr")).to_have_count(1)
    assert visitor.axe() == []
    page.click("#instruments tbody a")
    page.wait_for_url("**/instruments/AAPL")
    page.click("#star-AAPL")
    expect(page.locator("#star-AAPL[aria-pressed=false]")).to_be_focused()
    visitor.open("/?watched=yes")
    expect(page.locator(".empty-title")).to_be_visible()
    assert visitor.complaints == []


def test_it_works_without_javascript(open_window: OpenPage) -> None:
    signed_in = open_window()
    signed_in.join()
    visitor = open_window(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    page = visitor.page
    page.goto("/?search=fund")
    star = page.locator(".star").first
    identity = star.get_attribute("id")
    star.click()
    page.wait_for_url("**/?search=fund")
    expect(page.locator(f"#{identity}{PRESSED}")).to_be_visible()
    page.goto("/?watched=yes")
    expect(page.locator(f"#{identity}{PRESSED}")).to_be_visible()
    expect(page.locator("#instruments tbody tr")).to_have_count(1)
