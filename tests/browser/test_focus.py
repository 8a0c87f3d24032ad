"""The focus stays where the hand is: in parts that come anew, and when a press got no answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, Visitor

ORDERS = "**/orders"


def read_again(page: Page, part: str) -> None:
    """As news has it read; once more where a busy machine has no answer in time, and nothing comes."""
    for _ in range(5):
        with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == part) as answered:
            page.evaluate("part => htmx.trigger(`#${part}`, 'news')", part)
        if answered.value.status == 200:
            break
    expect(page.locator(f"#{part}.htmx-request, #{part}.htmx-settling")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "part", "stop"),
    [
        ("/instruments/AAPL?side=buy&quantity=2", "estimate", "#estimate a.term"),
        ("/instruments/AAPL?side=buy&quantity=2", "position", "#position a.term >> nth=1"),
        ("/portfolio", "holdings", "#holdings thead a.term >> nth=1"),
        ("/portfolio", "holdings", "#balance a"),
    ],
)
def test_a_part_that_comes_anew_keeps_it(
    customer: tuple[Visitor, str], address: str, part: str, stop: str
) -> None:
    visitor, _ = customer
    visitor.open(address)
    visitor.page.focus(stop)
    visitor.page.evaluate("document.activeElement.dataset.before = ''")
    read_again(visitor.page, part)
    visitor.page.wait_for_function("() => !('before' in document.activeElement.dataset)")
    expect(visitor.page.locator(stop)).to_be_focused()


def test_a_row_of_a_list_that_comes_anew_keeps_it(customer: tuple[Visitor, str]) -> None:
    visitor, order = customer
    page = visitor.page
    visitor.open("/orders")
    row = f"#orders .stretched[href='{order}']"
    page.focus(row)
    page.evaluate("document.activeElement.dataset.before = ''")
    page.evaluate("htmx.ajax('GET', '/orders', {target: '#orders', swap: 'innerHTML'})")
    page.wait_for_function("() => !('before' in document.activeElement.dataset)")
    expect(page.locator(row)).to_be_focused()


def test_a_link_of_a_form_that_comes_anew_keeps_it(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    visitor.open("/cash")
    amount = page.locator("#top-up .quick a").nth(1)
    amount.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#top-up-amount")).not_to_have_value("")
    expect(amount).to_be_focused()
    assert visitor.complaints == []


def test_what_is_refused_as_a_whole_has_it(open_window: OpenPage) -> None:
    visitor = open_window()
    visitor.join()
    page = visitor.page
    visitor.open("/alerts")
    page.click("#alert-submit")
    expect(page.locator("#alert [aria-invalid=true]").first).to_be_focused()
    visitor.open("/security/api-keys")
    page.fill("[name=name]", "a program")
    page.focus("#api-key-submit")
    page.keyboard.press("Enter")
    expect(page.locator("section:has(> p > #new-key)")).to_be_focused()
    page.keyboard.press("/")  # the key is shown this once
    expect(page.locator("#new-key")).to_be_visible()


def test_a_press_without_an_answer_keeps_it_and_says_so_until_the_next(customer: tuple[Visitor, str]) -> None:
    visitor, _ = customer
    page = visitor.page
    said, unknown = page.locator("#status"), "may still have been carried out"
    if page.evaluate("navigator.language").startswith("ru"):
        unknown = "Возможно, запрос всё же выполнен"
    visitor.review("AAPL", "buy", "2")
    sent: list[Route] = []

    def lose(route: Route) -> None:
        sent.append(route)
        route.abort()

    page.route(ORDERS, lose)
    page.focus("#place")
    page.keyboard.press("Enter")
    expect(said).to_contain_text(unknown)
    expect(page.locator("#place")).to_be_focused()
    for part in ("quote", "position"):  # other answers do not take it away
        read_again(page, part)
    expect(said).to_contain_text(unknown)
    page.unroute(ORDERS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*")
    assert len(sent) == 1
