"""Every page, in both languages and both themes: axe finds nothing; no phone or tablet scrolls sideways."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESK, PHONE, TABLET, OpenPage, Visitor

OPEN = [
    "/", "/?search=zzzz", "/?search=" + "z" * 99, "/instruments/AAPL", "/sign-in", "/sign-up",
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
#: What nothing may be wider than.
SIZES = {
    "a desk at 400 %": {"width": 320, "height": 512},
    "a phone": PHONE,
    "a tablet": TABLET,
    "a tablet lying down": {"width": 912, "height": 700},
}


def look(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with a page, in both themes, on a desk and on a phone."""
    wrong = []
    visitor.page.set_viewport_size(DESK)  # type: ignore[arg-type]
    visitor.open(path)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wrong += [f"{path} {scheme}: {line}" for line in visitor.axe()]
    visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wrong += [f"{path} phone: {line}" for line in visitor.axe()]
    for name, size in (*SIZES.items(), ("a desk with text twice as large", DESK)):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        if size is DESK:
            visitor.text_size(200)
        if wider := visitor.sideways():
            wrong.append(f"{path}: {wider} px wider than {name}")
    visitor.text_size(100)
    return wrong


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
