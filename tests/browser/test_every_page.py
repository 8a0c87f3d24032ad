"""Every page, in both languages and themes: axe finds nothing, nothing moves by itself or goes sideways."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, OF_COLOURS, PHONE, TABLET, OpenPage, Visitor

OPEN = [
    "/", "/?search=zzzz", "/?search=" + "z" * 99, "/instruments/AAPL", "/instruments/AAPL?range=1d",
    "/sign-in", "/sign-up",
    "/settings", "/unsubscribe?token=x", "/help", "/nope", "/forgot-password", "/reset-password",
    "/confirm-email", "/account-closed",
]  # fmt: skip
PRIVATE = [
    "/security", "/security/second-factor", "/security/api-keys", "/security/close-account",
    "/settings/notifications", "/alerts", "/",
    "/instruments/AAPL?side=buy&quantity=2", "/instruments/AAPL?side=buy&quantity=2&step=review",
    "/instruments/AAPL?side=sell&quantity=99999&step=review", "/portfolio", "/orders", "ORDER", "/cash",
    "/history", "/history?type=withdrawal", "/history?ticker=ZZZ", "/statements", "/notifications", "/nope",
]  # fmt: skip
#: What nothing may be wider than, opened on a desk.
SIZES = {
    "a phone": PHONE,
    "a desk at 400 %": {"width": 320, "height": 256},
    "a tablet": TABLET,
    "a tablet lying down": {"width": 912, "height": 700},
    "a desk with text twice as large": DESK,
}
#: How much wider than its window a page is, whatever its tables are.
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: What stays where it is while the page moves: in a low window it would stand before what is read.
STAYS = """[...document.querySelectorAll('body *')]
    .filter(box => box.offsetHeight && ['fixed', 'sticky'].includes(getComputedStyle(box).position))
    .map(box => box.outerHTML.slice(0, 60))"""
#: So much of a window may move (web.dev calls 0.1 good): the right part of the header begins further to the
#: left once the count of what is unread has come, though nothing that was in it goes elsewhere.
LEAST = 0.02


def look(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with a page, in both themes, on a desk and, with all that folds unfolded, on a phone.

    It is opened in both sizes, for what moves. axe looks at one of these pages in both: most of its first
    look at a page is spent on being loaded and compiled.
    """
    page = visitor.page
    wrong = opened(visitor, path, PHONE)
    if wider := visitor.sideways():
        wrong.append(f"{wider} px wider than a phone")
    wrong += opened(visitor, path, DESK)
    wrong += [f"desk: {line}" for line in visitor.axe()]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark: {line}" for line in visitor.axe(only=OF_COLOURS)]
    page.emulate_media(color_scheme="light")
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    for name, size in SIZES.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if size is DESK:
            visitor.text_size(200)
        if wider := visitor.sideways():
            wrong.append(f"{wider} px wider than {name}")
        if size is PHONE:
            wrong += [f"phone: {line}" for line in visitor.axe()]
        if size["height"] < PHONE["width"]:
            wrong += [f"stays on {name}: {box}" for box in page.evaluate(STAYS)]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    if wider := page.evaluate(WIDER):
        wrong.append(f"{wider} px wider than a phone with text twice as large")
    visitor.text_size(100)
    return [f"{path} {line}" for line in wrong]


def opened(visitor: Visitor, path: str, size: dict[str, int]) -> list[str]:
    """Open a page in a window of that size; what has moved by itself meanwhile."""
    visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
    visitor.open(path)
    shifts = visitor.moved()
    return [f"moves: {shift}" for shift in shifts] if sum(value for value, _ in shifts) > LEAST else []


@pytest.mark.timeout(240)
def test_pages_for_everybody(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    assert [line for path in OPEN for line in look(visitor, path)] == []
    assert visitor.complaints == []


@pytest.mark.timeout(240)
def test_pages_of_a_customer(customer: tuple[Visitor, str]) -> None:
    visitor, order = customer
    paths = [path.replace("ORDER", order) for path in PRIVATE]
    assert [line for path in paths for line in look(visitor, path)] == []
    assert visitor.complaints == []


def test_the_api_documents_show(open_window: OpenPage) -> None:
    visitor = open_window()
    visitor.page.goto("/api/docs/")
    visitor.page.wait_for_selector(".opblock")
    assert visitor.page.locator("#select option").count() == 5
    assert visitor.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_error_codes_can_be_read_in_both_themes(open_window: OpenPage, scheme: str) -> None:
    """They stand below Swagger UI, which takes up the theme by itself."""
    visitor = open_window(scheme=scheme)
    visitor.page.goto("/api/docs/#rate_limited")
    visitor.page.wait_for_selector(".opblock")
    visitor.page.wait_for_function("document.getElementById('rate_limited').getBoundingClientRect().top < 9")
    assert visitor.axe(".codes") == []
