"""What stands on a page stays where it is while the page loads, and small windows hide no warning."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenPage, Visitor
from tests.browser.test_every_page import OPEN, PRIVATE

#: Collects what moved, how much of the window that was (web.dev/articles/cls), and what it was.
COLLECT = """window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(({ value, hadRecentInput, sources }) => {
    const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.textContent?.slice(0, 40));
    if (!hadRecentInput) window.shifts.push([value, moved]);
})).observe({ type: "layout-shift", buffered: true });"""
#: Two frames later everything that has moved is known.
SHIFTS = """new Promise(found => requestAnimationFrame(() => requestAnimationFrame(() =>
    setTimeout(() => found(window.shifts)))))"""
#: So much of a window may move (web.dev calls 0.1 good): the right part of the header begins further to the
#: left once the count of what is unread has come, though nothing that was in it goes elsewhere.
LEAST = 0.02


def moved(visitor: Visitor, path: str) -> list[tuple[str, Any]]:
    """What moved by itself while a page was loaded."""
    visitor.page.goto(path, wait_until="load")
    visitor.page.evaluate("document.fonts.ready.then(() => null)")
    shifts = visitor.page.evaluate(SHIFTS)
    return [(path, shift) for shift in shifts] if sum(value for value, _ in shifts) > LEAST else []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_moves_while_a_page_loads(
    open_window: OpenPage, customer: tuple[Visitor, str], language: str, size: dict[str, int]
) -> None:
    known, order = customer
    stranger = open_window(language, viewport=size)
    known.page.set_viewport_size(size)  # type: ignore[arg-type]
    found = []
    for visitor, paths in ((stranger, OPEN), (known, [path.replace("ORDER", order) for path in PRIVATE])):
        visitor.page.add_init_script(COLLECT)
        found += [shift for path in paths for shift in moved(visitor, path)]
    assert found == []


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
