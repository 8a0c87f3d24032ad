"""The second factor from the QR code to the end of it: in both languages, and without JavaScript."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, OF_COLOURS, PASSWORD, PHONE, TABLET, OpenPage, Visitor
from tests.e2e.authenticator import Authenticator
from tests.e2e.people import wait

STATE = {"en": "Recovery codes left: 10", "ru": "Резервных кодов осталось: 10"}


def looks(visitor: Visitor) -> list[str]:
    """What is wrong with the page on a narrow screen, a phone, a tablet and a desk, in both themes."""
    wrong = []
    for size in ({"width": 320, "height": 512}, PHONE, TABLET, DESK):
        visitor.page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += visitor.axe()
        visitor.page.emulate_media(color_scheme="dark")
        wrong += visitor.axe(only=OF_COLOURS)
        visitor.page.emulate_media(color_scheme="light")
        if wider := visitor.sideways():
            wrong.append(f"{wider} px wider than {size}")
    return wrong


def test_turned_on_used_and_turned_off(open_window: OpenPage, language: str) -> None:
    visitor = open_window(language)
    page, name = visitor.page, visitor.join()
    visitor.open("/security")
    page.click("#second-factor")
    page.wait_for_url("**/security/second-factor")
    expect(page.locator(".qr svg")).to_be_visible()
    assert looks(visitor) == []
    app = Authenticator(page.locator("#secret").inner_text().replace(" ", ""))
    page.fill("[name=code]", "000")
    page.fill("[name=password]", PASSWORD)
    page.click("#turn-on")
    page.wait_for_selector("[name=code][aria-invalid=true]:focus")
    assert page.locator("#secret").inner_text().replace(" ", "") == app.secret
    page.fill("[name=code]", app.code())
    page.fill("[name=password]", PASSWORD)
    page.click("#turn-on")
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    codes = page.locator("#recovery-codes code").all_inner_texts()
    expect(page.locator("#factor-state")).to_contain_text(STATE[language])
    assert looks(visitor) == []

    elsewhere = open_window(language)
    elsewhere.open("/sign-in?next=/cash")
    elsewhere.page.fill("[name=username]", name)
    elsewhere.page.fill("[name=password]", PASSWORD)
    elsewhere.page.click("#submit")
    elsewhere.page.wait_for_selector("[name=code]:focus")
    assert elsewhere.axe() == []
    elsewhere.page.fill("[name=code]", "nonsense")
    elsewhere.page.click("#submit")
    elsewhere.page.wait_for_selector("[name=code][aria-invalid=true]:focus")
    elsewhere.page.fill("[name=code]", app.code())
    elsewhere.page.keyboard.press("Enter")
    elsewhere.page.wait_for_url("**/cash")

    visitor.open("/security/second-factor")
    page.fill("[name=code]", codes[0])
    page.fill("[name=password]", PASSWORD)
    page.click("#turn-off")
    page.wait_for_url(re.compile("/security$"))
    cash = (
        elsewhere.context.request
    )  # with its cookies, beside the open page, which goes to the sign-in by itself
    wait(lambda: "/sign-in" in cash.get("/cash").url, "the other session has not ended")
    assert visitor.complaints == []
    assert elsewhere.complaints == []


def test_signing_in_without_javascript(open_window: OpenPage) -> None:
    visitor = open_window("en")
    name = visitor.join()
    visitor.open("/security/second-factor")
    app = Authenticator(visitor.page.locator("#secret").inner_text().replace(" ", ""))
    visitor.page.fill("[name=code]", app.code())
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.click("#turn-on")
    expect(visitor.page.locator("#recovery-codes li")).to_have_count(10)
    browser = visitor.context.browser
    assert browser is not None
    context = browser.new_context(
        java_script_enabled=False, base_url=visitor.page.url.partition("/security")[0],
        ignore_https_errors=True,
    )  # fmt: skip
    page = context.new_page()
    page.goto("/sign-in?next=/cash")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("#submit")
    page.fill("[name=code]", app.code())
    page.click("#submit")
    page.wait_for_url("**/cash")
    context.close()
