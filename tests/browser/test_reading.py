"""Who reads in few colours, goes by the keys alone, or switches the language meanwhile."""

from __future__ import annotations

import io
import re
from typing import Literal

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenPage, Visitor

#: What tells each of some elements from the others: its background, and its text's colour.
LOOKS = """boxes => boxes.map(box => {
    const style = getComputedStyle(box);
    return `${style.backgroundColor} ${style.color}`;
})"""

#: The ground that forced colours have in each of the device's schemes.
GROUNDS: dict[Literal["light", "dark"], tuple[int, int, int]] = {"light": (255, 255, 255), "dark": (0, 0, 0)}


def looks(page: Page, selector: str) -> list[str]:
    """How each looks, in the order of the page."""
    found: list[str] = page.locator(selector).evaluate_all(LOOKS)
    return found


def test_few_colours_show_what_is_chosen(customer: tuple[Visitor, str]) -> None:
    visitor, order = customer
    page = visitor.page
    page.emulate_media(forced_colors="active")
    try:
        visitor.open("/instruments/AAPL?side=buy")
        buy, sell, market, limit = looks(page, ".side span")
        assert (buy, sell) == (market, limit)
        assert buy != sell
        page.wait_for_selector(".price-chart canvas")
        for scheme, ground in GROUNDS.items():
            page.emulate_media(color_scheme=scheme)
            picture = Image.open(io.BytesIO(page.locator(".price-chart").screenshot())).convert("RGB")
            shares = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
            assert shares[0][1] == ground, "the chart is drawn on the page's own colour"
            assert len(shares) > 3, "and there is something on it"
        visitor.open("/instruments/AAPL?side=sell&quantity=99999&step=review")
        main, quiet = looks(page, "#review, #alert-submit")
        assert main != quiet
        expect(page.locator("#quantity")).to_have_css("border-top-width", "3px")
        expect(page.locator("#alert [name=price]")).to_have_css("border-top-width", "1px")
        visitor.open("/?type=bond")
        chips = looks(page, ".chips .chip span")
        assert sorted(map(chips.count, chips)) == [1, *[len(chips) - 1] * (len(chips) - 1)]
        lines = page.locator(".tab").evaluate_all(
            "tabs => tabs.map(tab => getComputedStyle(tab).borderBottomColor)"
        )
        assert [lines.count(line) for line in lines] == [1, 4, 4, 4, 4]
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        expect(page.locator(".tab[aria-current]")).to_have_css("border-bottom-width", "2px")
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        visitor.open(order)
        dots = "getComputedStyle(document.querySelector('.step'), '::before').backgroundColor"
        card = "getComputedStyle(document.querySelector('.card')).backgroundColor"
        assert page.evaluate(dots) != page.evaluate(card)
    finally:
        page.emulate_media(forced_colors="none", color_scheme="light")


def test_the_focus_stays_where_the_hand_is(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    visitor.open("/instruments/AAPL?side=buy")
    page.focus("#side-buy")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#ticket.ticket-sell")
    expect(page.locator("#side-sell")).to_be_focused()
    page.focus("#use-most")
    page.keyboard.press("Enter")
    expect(page.locator("#quantity")).to_have_value(re.compile("^[1-9]"))
    expect(page.locator("#use-most")).to_be_focused()
    expect(page.locator(".htmx-added")).to_have_count(0)  # until then its form is sent as without scripts
    page.focus("#quantity")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-title")).to_be_focused()
    page.focus("#edit")
    page.keyboard.press("Enter")
    expect(page.locator("#quantity")).to_be_focused()


def test_the_focus_is_at_what_was_refused_and_after_what_was_read(open_window: OpenPage) -> None:
    visitor = open_window()
    page = visitor.page
    visitor.open("/sign-in")
    page.fill("[name=username]", "nobody-at-all")
    page.fill("[name=password]", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".message-error")
    assert page.evaluate("document.activeElement.closest('form') !== null")
    visitor.join("5")
    visitor.open("/notifications")
    page.evaluate("document.getElementById('status').textContent = 'Your account was topped up.'")
    # the browser shows the page again as it kept it: what was said then is not so any more
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator("#status")).to_be_empty()
    unread = page.locator(".news-unread")
    expect(unread.first).to_be_visible()
    count = unread.count()
    unread.first.locator("button").focus()
    page.keyboard.press("Enter")
    expect(unread).to_have_count(count - 1)
    assert page.evaluate("document.activeElement.closest('.news') !== null")


def test_another_language_keeps_what_is_typed_into_the_ticket(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    visitor.open("/instruments/AAPL?side=sell&type=limit")
    page.fill("#quantity", "2")
    page.fill("#limit_price", "499")
    language = page.get_attribute("html", "lang")
    try:
        page.click("button[name=language]")
        page.wait_for_url("**quantity=2**")
        expect(page.locator("#quantity")).to_have_value("2")
        expect(page.locator("#limit_price")).to_have_value("499")
        expect(page.locator("#side-sell")).to_be_checked()
        assert page.get_attribute("html", "lang") != language
    finally:
        page.click("button[name=language]")
        expect(page.locator("html")).to_have_attribute("lang", str(language))


def test_an_amount_becomes_units_when_it_is_left(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    visitor.open("/instruments/AAPL?side=buy")
    page.click(".by-amount summary")
    page.fill("#amount", "2000")
    page.press("#amount", "Tab")
    expect(page.locator("#quantity")).to_have_value("4")
    page.click(".by-amount summary")
    page.fill("#amount", "1000")
    page.press("#amount", "Enter")
    expect(page.locator("#ticket-title")).to_be_focused()
    expect(page.locator("#ticket [name=quantity]")).to_have_value("2")


def test_a_lost_connection_is_told_on_the_way_back_and_after_it(customer: tuple[Visitor, str]) -> None:
    """Going back by htmx replaces the page's content, the region for messages with it."""
    visitor, _ = customer
    page, lost = visitor.page, visitor.page.locator("#status [data-shown=offline]")
    visitor.open("/history")
    for kind in ("buy", "deposit"):
        page.select_option("#filter-type", kind)
        page.wait_for_url(f"**type={kind}*")
    with page.expect_response(lambda answer: "type=buy" in answer.url):
        page.go_back()
    expect(page.locator("#filter-type")).to_have_value("buy")
    expect(lost).to_have_count(0)
    page.context.set_offline(True)
    try:
        page.select_option("#filter-type", "sell")
        expect(lost).to_be_visible()
        page.evaluate("document.getElementById('status').replaceChildren()")
        page.evaluate("history.back()")
        expect(lost).to_be_visible()
    finally:
        page.context.set_offline(False)
    page.select_option("#filter-type", "")
    expect(lost).to_have_count(0)
