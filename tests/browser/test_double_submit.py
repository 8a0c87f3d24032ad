"""Double click, Enter twice, Back and resubmit: one order, one deposit, one withdrawal."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from servicekit.testing.waiting import wait
from tests.browser.conftest import OpenPage, Visitor


@pytest.fixture
def visitor(open_window: OpenPage) -> Visitor:
    """A customer with 5,000 USD."""
    visitor = open_window()
    visitor.join("5000")
    return visitor


def orders_of(page: Page) -> int:
    """How many there are; asked again while the list has no answer in time, as on a busy machine."""
    wait(lambda: page.goto("/orders").ok, "no list of orders")  # type: ignore[union-attr]
    return page.locator("tbody tr").count()


def test_a_double_click_places_one_order(visitor: Visitor) -> None:
    visitor.review("MSFT", "buy", "2")
    visitor.page.dblclick("#place")
    visitor.page.wait_for_url("**/orders/*")
    assert orders_of(visitor.page) == 1
    assert visitor.complaints == []


def test_enter_twice_in_the_quantity_places_nothing(visitor: Visitor) -> None:
    visitor.open("/instruments/MSFT")
    visitor.page.fill("#quantity", "2")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("#place")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_timeout(500)
    assert orders_of(visitor.page) == 0


def test_enter_twice_on_the_button_places_one_order(visitor: Visitor) -> None:
    visitor.review("MSFT", "buy", "2")
    visitor.page.focus("#place")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/orders/*")
    assert orders_of(visitor.page) == 1


def test_the_same_form_sent_again_is_the_same_order(visitor: Visitor) -> None:
    visitor.review("MSFT", "buy", "2")
    key = visitor.page.input_value("#ticket [name=key]")
    visitor.page.click("#place")
    visitor.page.wait_for_url("**/orders/*")
    placed = visitor.page.url
    # as Back, or a restored tab, brings the form back
    visitor.open(f"/instruments/MSFT?side=buy&quantity=2&step=review&key={key}")
    visitor.page.click("#place")
    visitor.page.wait_for_url("**/orders/*")
    assert visitor.page.url == placed
    assert orders_of(visitor.page) == 1


def test_a_double_click_tops_up_once(visitor: Visitor) -> None:
    visitor.open("/cash")
    visitor.page.fill("#top-up-amount", "100")
    visitor.page.dblclick("#top-up-submit")
    visitor.page.wait_for_selector(".message-success")
    visitor.open("/cash")
    expect(visitor.page.locator("#available")).to_have_text("$5,100.00")
    assert visitor.complaints == []


def test_a_double_click_withdraws_once(visitor: Visitor) -> None:
    visitor.open("/cash")
    visitor.page.fill("#withdraw-amount", "100")
    visitor.page.dblclick("#withdraw-submit")
    visitor.page.wait_for_selector(".message-success")
    visitor.open("/cash")
    expect(visitor.page.locator("#available")).to_have_text("$4,900.00")
    assert visitor.complaints == []


def test_what_cannot_be_withdrawn_is_said_at_its_field(visitor: Visitor) -> None:
    visitor.open("/cash")
    visitor.page.fill("#withdraw-amount", "5000.01")
    visitor.page.click("#withdraw-submit")
    expect(visitor.page.locator("#withdraw-amount_error")).to_contain_text("$5,000.00 can be withdrawn")
    expect(visitor.page.locator("#top-up-amount")).to_have_value("")
    visitor.page.fill("#withdraw-amount", "5000")
    visitor.page.click("#withdraw-submit")
    visitor.page.wait_for_selector(".message-success")
    expect(visitor.page.locator("#available")).to_have_text("$0.00")
