"""What a person chose about the pages: theme and colours against the device's, and keys that do nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenPage, Visitor

#: The colour of the first gain and of the first loss that is shown.
COLOURS = """Object.fromEntries(['gain', 'loss'].filter(kind => document.querySelector(`.${kind}`))
    .map(kind => [kind, getComputedStyle(document.querySelector(`.${kind}`)).color]))"""


def chosen(open_window: OpenPage, language: str = "en", **values: str) -> Visitor:
    """A visitor who has saved these settings."""
    visitor = open_window(language)
    visitor.open("/settings")
    for name, value in values.items():
        visitor.page.select_option(f"[name={name}]", value)
    visitor.page.click("#settings-submit")
    expect(visitor.page.locator(".message-success")).to_be_visible()
    return visitor


@pytest.mark.parametrize(("theme", "device"), [("dark", "light"), ("light", "dark")])
def test_a_theme_is_stronger_than_the_device(open_window: OpenPage, theme: str, device: str) -> None:
    visitor = chosen(open_window, theme=theme, colours="blue_orange")
    visitor.page.emulate_media(color_scheme=device)  # type: ignore[arg-type]
    visitor.open("/")
    ground = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"dark": "rgb(12, 15, 20)", "light": "rgb(245, 246, 248)"}[theme]
    assert visitor.axe() == []
    for size in (DESK, PHONE):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        visitor.open("/instruments/AAPL")
        assert visitor.axe() == []
    assert visitor.complaints == []


def test_a_gain_has_the_chosen_colour(open_window: OpenPage) -> None:
    visitor = chosen(open_window, theme="light", colours="red_green")
    visitor.open("/")
    visitor.page.wait_for_selector(".gain, .loss")
    colours = visitor.page.evaluate(COLOURS)  # of one moment: a price that moves may turn to the other kind
    assert set(colours.items()) <= {("gain", "rgb(180, 35, 24)"), ("loss", "rgb(6, 118, 71)")}


def test_keys_do_nothing_when_they_are_off_nor_in_a_review(open_window: OpenPage) -> None:
    visitor = chosen(open_window, shortcuts="off")
    visitor.open("/")
    visitor.page.keyboard.press("/")
    expect(visitor.page.locator("#search")).not_to_be_focused()
    other = open_window("en")
    other.join("1000")
    other.review("BZIDX", "buy", "1")
    other.page.keyboard.press("/")
    expect(other.page.locator("#place")).to_be_visible()
    other.open("/")
    other.page.keyboard.press("/")
    expect(other.page.locator("#search")).to_be_focused()


#: Of every time its words and its title, and in which zone the page says that it shows them.
TIMES = """[...document.querySelectorAll("main time")].map(time => [time.innerText, time.title])
    .concat([document.getElementById("zone-name").innerText])"""


def test_the_first_page_is_in_the_browsers_zone_as_the_later_ones_are(customer: tuple[Visitor, str]) -> None:
    """The server knows the zone from the second page on, and only then writes the times so itself."""
    visitor, order = customer
    for path in ("/history", order):
        visitor.context.clear_cookies(name="time_zone")
        first = visitor.page.goto(path, wait_until="networkidle")  # to leave it earlier is a lost connection
        assert first
        assert 'data-zone="UTC"' in first.text()
        shown = visitor.page.evaluate(TIMES)
        assert len(shown) > 2
        later = visitor.page.goto(path, wait_until="networkidle")
        assert later
        assert 'data-zone="Europe/Belgrade"' in later.text()
        assert visitor.page.evaluate(TIMES) == shown
    assert visitor.complaints == []


def test_a_chosen_zone_is_that_of_every_page(open_window: OpenPage) -> None:
    visitor = chosen(open_window, zone="Asia/Tokyo")
    visitor.context.clear_cookies(name="time_zone")
    visitor.open("/")
    assert visitor.page.locator("#zone-name").inner_text() == "Asia/Tokyo"
