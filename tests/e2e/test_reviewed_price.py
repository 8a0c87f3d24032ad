"""What a person reviewed is what they get: through the API, and through the pages without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from tests.e2e.people import Person, wait

NewPerson = Callable[..., Person]


class Pages:
    """A person at the pages."""

    def __init__(self, person: Person) -> None:
        self.http = httpx.Client(base_url=person.url, follow_redirects=True, timeout=60, verify=False)
        self.http.get("/sign-in")
        self.submit("/sign-in", {"username": person.name, "password": person.password})

    def page(self, address: str) -> str:
        """A page that must be there."""
        answer = self.http.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def submit(self, address: str, form: dict[str, str]) -> httpx.Response:
        """Send a form."""
        token = next(value for name, value in self.http.cookies.items() if "csrf" in name)
        headers = {"Referer": f"{self.http.base_url}{address}"}
        return self.http.post(address, data={**form, "csrfmiddlewaretoken": token}, headers=headers)


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of a review."""
    form = page[page.index('id="ticket"') :]
    names = "key|ticker|side|quantity|price|worst_price"
    return dict(re.findall(rf'<input type="hidden" name="({names})" value="([^"]*)">', form))


def price_of(person: Person, ticker: str) -> Decimal:
    return Decimal(person.get(f"/instruments/{ticker}")["price"])


def a_tick_later(person: Person, ticker: str) -> None:
    """Return when the price has moved."""
    before = price_of(person, ticker)
    wait(lambda: price_of(person, ticker) != before, "the price did not move")


def test_the_bound_of_the_api(new_person: NewPerson) -> None:
    person = new_person(deposit="5000.00", locale="ru")
    price = price_of(person, "AAPL")
    body = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}
    # beyond it nothing is bought, and the same key says the same again
    key, low = str(uuid4()), f"{price * Decimal('0.9'):.2f}"
    first = person.post("/orders", {**body, "worst_price": low}, key=key).json()
    assert (first["status"], first["reject_reason"]["code"]) == ("rejected", "price_moved")
    assert "Цена" in first["reject_reason"]["detail"]
    assert person.post("/orders", {**body, "worst_price": low}, key=key).json() == first
    notification = wait(
        lambda: [row for row in person.rows("/notifications") if row["order_id"] == first["id"]],
        "the rejection was not told",
    )
    assert "price_moved" not in notification[0]["body"]
    # within it the order is executed, at the bound or better
    high = f"{price * Decimal('1.005'):.2f}"
    order = person.post("/orders", {**body, "worst_price": high}, key=str(uuid4())).json()
    filled = person.ended(order)
    assert filled["status"] == "filled"
    assert Decimal(filled["average_price"]) <= Decimal(filled["worst_price"]) == Decimal(high)


@pytest.mark.parametrize("ticker", ["AAPL", "EURSIM"])
def test_the_most_that_the_cash_buys_outlives_the_ticks_between_the_pages(
    new_person: NewPerson, ticker: str
) -> None:
    person = new_person(deposit="500000.00")
    pages = Pages(person)
    offer = re.search(
        r'id="use-most" href="[^"]*quantity=(\d+)&amp;key=([\w-]+)', pages.page(f"/instruments/{ticker}")
    )
    assert offer
    a_tick_later(person, ticker)
    query = f"?side=buy&quantity={offer[1]}&step=review&key={offer[2]}"
    review = form_of(pages.page(f"/instruments/{ticker}{query}"))
    a_tick_later(person, ticker)
    placed = pages.submit("/orders", review)
    assert "/orders/" in str(placed.url), placed.text
    (order,) = person.rows("/orders")
    filled = person.ended(order)
    assert (filled["status"], filled["quantity"]) == ("filled", int(offer[1]))
    assert Decimal(filled["average_price"]) <= Decimal(review["worst_price"])


def test_beyond_what_was_looked_over_it_is_looked_over_anew(new_person: NewPerson) -> None:
    person = new_person(deposit="5000.00")
    pages = Pages(person)
    review = form_of(pages.page("/instruments/AAPL?side=buy&quantity=2&step=review&key=of-the-form"))
    # as if it had been reviewed when the price was a tenth lower
    lower = Decimal(review["price"]) * Decimal("0.9")
    old = {**review, "price": f"{lower:.2f}", "worst_price": f"{lower * Decimal('1.01'):.2f}"}
    answer = pages.submit("/orders", old)
    assert answer.status_code == 422
    assert "The price has moved" in answer.text
    assert f"was ${lower:.2f}" in answer.text
    assert person.rows("/orders") == []
    # reviewed again it is placed; pressed twice it is one order
    again = form_of(answer.text)
    assert Decimal(again["worst_price"]) > Decimal(again["price"]) > lower
    addresses = {str(pages.submit("/orders", again).url) for _ in range(2)}
    assert len(addresses) == 1
    (order,) = person.rows("/orders")
    assert person.ended(order)["status"] == "filled"
    # and sent once more when the price is beyond it, it is still that order
    assert str(pages.submit("/orders", {**old, "key": again["key"]}).url) in addresses
