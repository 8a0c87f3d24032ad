"""Small windows hide no warning, an estimate follows the market, and no font is loaded in vain."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage, Visitor


def test_a_phone_shows_what_is_simulated_or_halted(open_window: OpenPage) -> None:
    visitor = open_window(viewport=PHONE)
    visitor.open("/?search=BZIDX")
    row = visitor.page.locator("#instruments tbody tr").first
    expect(row.locator(".narrow-only .pill")).to_be_visible()


def test_the_estimate_follows_the_market(customer: tuple[Visitor, str]) -> None:
    """The price beside it moves: a page with two prices says which is which by their times."""
    visitor, _ = customer
    page = visitor.page
    visitor.open("/instruments/AAPL?side=buy&quantity=2")
    before = page.get_attribute("#estimate time", "datetime")
    page.wait_for_function(
        "before => document.querySelector('#estimate time').dateTime !== before", arg=before
    )
    expect(page.locator("#quantity")).to_have_value("2")


def test_no_font_is_loaded_that_the_language_does_not_need(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    fonts: set[str] = set()
    visitor.page.on("request", lambda asked: fonts.update({asked.url} if ".woff2" in asked.url else ()))
    for path in ("/", "/instruments/AAPL", "/sign-in", "/help"):
        visitor.open(path)
        visitor.page.evaluate("document.fonts.ready.then(() => null)")
    needed = {"latin"} | ({"cyrillic"} if language == "ru" else set())
    assert {name for name in ("latin", "cyrillic") for url in fonts if f"inter-{name}-" in url} == needed
    assert len(fonts) == len(needed), "each from one address"
