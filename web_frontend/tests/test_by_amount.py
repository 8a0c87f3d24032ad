"""A ticket by an amount of money, and by a share of what is possible."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from servicekit.money import to_minor
from web_frontend.tests.test_orders import read
from web_frontend.ticket.estimate import estimate, units_for

BOOK = {"asks": [{"price": "101.00", "quantity": 3}, {"price": "110.00", "quantity": 5}], "bids": []}


@pytest.mark.parametrize(
    ("amount", "units"), [("100.05", 1), ("200.09", 1), ("200.10", 2), ("1,000", 9), ("$500", 4)]
)
def test_an_amount_buys_what_it_pays_for_with_the_fee(amount: str, units: int) -> None:
    ticket = read({"amount": amount})
    assert (ticket.quantity, ticket.text, ticket.amount.text) == (units, str(units), "")
    assert Decimal(ticket.estimate.total) <= Decimal(amount.strip("$").replace(",", ""))


def test_an_amount_counts_at_what_the_book_offers_or_at_the_limit() -> None:
    facts = {"price": "100.00", "price_step": "0.01", "currency": "USD", "lot_size": 1}
    for side, limit, cents in (("buy", "", 62_000), ("buy", "50.00", 62_000), ("sell", "", 62_000)):
        units = units_for(facts, side, cents, limit_price=limit, book=BOOK)
        totals = [
            to_minor(estimate(facts, side, many, limit_price=limit, book=BOOK).total, "USD")  # type: ignore[union-attr]
            for many in (units, units + 1)
        ]
        assert totals[0] <= cents < totals[1]


def test_whole_lots_are_bought() -> None:
    assert read({"amount": "999"}, lot_size=5).quantity == 5
    ticket = read({"amount": "400"}, lot_size=5)
    assert (ticket.quantity, ticket.text) == (None, "")
    assert ticket.amount.error == "$400.00 is less than 5 units with the fee."
    with translation.override("ru"):
        assert "меньше" in read({"amount": "400"}, lot_size=5).amount.error


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "1,2,3", "100₽"])
def test_what_is_no_amount_is_said_at_its_field_and_kept(vera: Client, amount: str, htmx: Callable) -> None:
    ticket = read({"amount": amount, "step": "review"})
    assert ticket.refused
    assert (ticket.amount.text, bool(ticket.amount.error), ticket.error) == (amount, True, "")
    answer = vera.get(
        "/instruments/AAPL", {"amount": amount, "step": "review", "key": "k"}, headers=htmx("ticket")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="amount_error"' in page
    assert '<details class="by-amount" open>' in page


def test_an_amount_goes_before_the_quantity_and_leads_to_the_review(vera: Client) -> None:
    answer = vera.get("/instruments/AAPL", {"amount": "1500", "quantity": "9", "step": "review", "key": "k"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'id="place"' in page
    assert 'name="quantity" value="3"' in page


def test_a_quarter_and_a_half_of_the_most_in_whole_lots() -> None:
    rich = read({}, available="99999.00")
    assert (rich.most, [units for _, _, units in rich.shares]) == (50, [12, 25])
    assert [units for *_, units in read({}, available="99999.00", lot_size=20).shares] == [20]
    assert read({}, available="0.00").shares == []
    with translation.override("ru"):
        assert [words for _, words, _ in read({}, available="99999.00").shares] == ["25\xa0%", "50\xa0%"]


def test_the_shares_are_links_that_fill_the_ticket_in(vera: Client) -> None:
    page = vera.get("/instruments/AAPL?side=sell").content.decode()
    assert page.count('id="use-25"') == page.count('id="use-50"') == page.count('id="use-most"') == 1
    assert "Max (100%)</a>" in page
    half = page.partition('id="use-50" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "quantity=" in half
    assert f'value="{half.partition("quantity=")[2].partition("&")[0]}"' in vera.get(half).content.decode()
