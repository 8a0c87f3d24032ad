"""A ticket that is filled in: what is typed stays, and what is said is of what is typed by now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import Visitor, windows
from tests.system import System


@pytest.fixture(scope="module")
def signed_up_saver(chromium: Browser, system: System) -> Iterator[Visitor]:
    """One customer with 1,000 for all these tests."""
    with windows(chromium, system) as make:
        visitor = make()
        visitor.join("1000")
        yield visitor


@pytest.fixture
def saver(signed_up_saver: Visitor) -> Iterator[Visitor]:
    """The same one; what the console complained about before is forgotten."""
    yield signed_up_saver
    signed_up_saver.complaints.clear()


def test_max_is_of_the_limit_that_was_typed_and_keeps_it(saver: Visitor) -> None:
    page = saver.page
    saver.open("/instruments/AAPL?side=buy&type=limit")
    page.fill("#limit_price", "10")
    expect(page.locator("#most")).to_contain_text("99 units")
    page.click("#use-most")
    expect(page.locator("#quantity")).to_have_value("99")
    expect(page.locator("#limit_price")).to_have_value("10")
    expect(page.locator("#use-most")).to_be_focused()
    assert saver.complaints == []


def test_what_is_typed_while_the_ticket_is_on_its_way_stays(saver: Visitor) -> None:
    page = saver.page
    saver.open("/instruments/AAPL?side=buy")
    kept: list[Route] = []

    def keep_first(route: Route) -> None:
        if kept:
            route.continue_()
        kept.append(route)

    page.route("**/instruments/AAPL?*type=limit*", keep_first)
    page.click("label:has(#type-limit)")
    page.click("#limit_price")
    page.keyboard.type("12.5")
    while not kept:
        page.wait_for_timeout(20)
    with page.expect_response(lambda answer: "limit_price=12.5" in answer.url):
        kept[0].continue_()
    expect(page.locator("#limit_price")).to_have_value("12.5")
    expect(page.locator("#limit_price")).to_be_focused()
    expect(page.locator("#most")).to_contain_text("79 units")
    assert saver.complaints == []


def test_an_error_goes_when_something_else_is_typed(saver: Visitor) -> None:
    page = saver.page
    saver.open("/instruments/AAPL?side=buy&type=limit&limit_price=10")
    page.fill("#quantity", "500")
    said = page.get_by_text("Your available cash is enough for 99 units at most.").locator("visible=true")
    expect(said).to_have_count(1)
    page.click("#review")
    expect(page.locator("#quantity_error")).to_be_visible()
    with page.expect_response(lambda answer: "step=" not in answer.url and "quantity=500" in answer.url):
        pass  # the estimate is read again by itself
    expect(said).to_have_count(1)
    page.fill("#quantity", "5")
    expect(page.locator("#quantity_error")).to_have_count(0)
    expect(said).to_have_count(0)
    assert page.locator("#quantity").get_attribute("aria-invalid") is None
    assert saver.complaints == []


def test_a_link_that_is_as_it_was_is_not_replaced(saver: Visitor) -> None:
    """It may be pressed at that moment."""
    page = saver.page
    saver.open("/instruments/AAPL?side=buy&type=limit&limit_price=10")
    page.fill("#quantity", "5")
    expect(page.locator("#left")).to_be_visible()
    page.evaluate("document.getElementById('use-most').same = true")
    with page.expect_response(lambda answer: "quantity=6" in answer.url):
        page.fill("#quantity", "6")
    expect(page.locator("#left")).to_contain_text("$939")
    assert page.evaluate("document.getElementById('use-most').same")
