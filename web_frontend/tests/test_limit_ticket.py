"""A limit order in the ticket: filled in, reviewed, placed, and refused beside its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded
from web_frontend.tests.test_orders import ADDRESS, placed, read

LIMIT = {"type": "limit", "limit_price": "90.00"}
REVIEW = (
    "/instruments/AAPL?side=buy&type=limit&quantity=2&limit_price=425.5&time_in_force=gtc&step=review"
    "&key=of-the-form"
)
FORM = {
    "ticker": "AAPL", "side": "buy", "quantity": "2", "key": "k",
    "type": "limit", "limit_price": "425.50", "time_in_force": "gtc",
}  # fmt: skip


def test_the_most_and_the_cost_are_at_the_limit() -> None:
    """One unit at 90.00 and a fee of 0.05: eleven are 990.50, twelve 1,080.54."""
    ticket = read({**LIMIT, "quantity": "11", "step": "review"}, available_quantity=3)
    assert (ticket.most, ticket.bound, ticket.note, ticket.refused) == (11, "cash", "", False)
    assert (ticket.estimate.amount, ticket.estimate.fee, ticket.estimate.worst_total) == (
        "990.00",
        "0.50",
        "990.50",
    )
    assert ticket.estimate.left == "9.50"
    assert read({**LIMIT, "quantity": "12", "step": "review"}).error == (
        "Your available cash is enough for 11 units at most."
    )
    sale = read({**LIMIT, "side": "sell", "quantity": "5", "step": "review"})
    assert (sale.estimate.worst_total, sale.units_left) == ("449.77", 2)


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "Enter a limit price."), ("abc", "Enter a price such as"), ("NaN", "Enter a price such as"),
     ("0", "Enter a price above zero."), ("-5", "Enter a price above zero."), ("€5", "Enter a price such as"),
     ("1" + "0" * 30, "This price is too large."), ("90.001", "Prices of AAPL are multiples of $0.01.")],
)  # fmt: skip
def test_a_limit_that_cannot_be_is_refused_at_its_field(
    vera: Client, htmx: Callable, text: str, error: str
) -> None:
    ticket = read({"type": "limit", "limit_price": text, "quantity": "2", "step": "review"})
    assert ticket.refused
    assert error in ticket.limit.error
    query = {"type": "limit", "limit_price": text, "quantity": "2", "step": "review"}
    answer = vera.get("/instruments/AAPL", query, headers=htmx("ticket"))
    page = answer.content.decode()
    assert answer.status_code == 422
    field = page[page.index('id="limit_price"') :].split(">")[0]
    assert 'aria-invalid="true"' in field
    assert "limit_price_error" in field
    assert error in page[page.index('id="limit_price_error"') :].split("</p>")[0]


def test_a_limit_is_typed_as_the_language_writes_it() -> None:
    with override("ru"):
        assert read({"type": "limit", "limit_price": "1 234,5", "quantity": "1"}).limit.price == "1234.50"


def test_the_review_shows_all_and_sends_it(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    page = vera.get(REVIEW, headers=htmx("ticket")).content.decode()
    for words in (
        'id="limit-price">$425.50<', "Until I cancel it (90 days)", 'id="worst-total">$851.43<', "$429.86",
        "limit order", "waits in the book", "Left to spend",
    ):  # fmt: skip
        assert words in page
    fields = placed(page)
    assert "worst_price" not in fields
    answer = vera.post("/orders", fields, headers=htmx("ticket"))
    assert answer["HX-Redirect"] == ADDRESS
    sent = gateway.requests_to("POST /api/v1/orders")[0]
    assert sent.headers["Idempotency-Key"] == fields["key"]
    assert sent.body == {
        "ticker": "AAPL", "side": "buy", "type": "limit", "quantity": 2, "limit_price": "425.50",
        "time_in_force": "gtc",
    }  # fmt: skip


@pytest.mark.parametrize(("limit", "crosses"), [("429.90", True), ("429.89", False)])
def test_the_review_says_whether_somebody_waits_already(vera: Client, limit: str, crosses: bool) -> None:
    page = vera.get(f"/instruments/AAPL?type=limit&quantity=2&limit_price={limit}&step=review&key=k")
    assert ("executed at once as far as they go" in page.content.decode()) == crosses


def test_a_price_that_changed_before_the_review_is_shown_as_such(vera: Client) -> None:
    page = vera.get(f"{REVIEW}&price=420.00").content.decode()
    assert "was $420.00" in page
    assert "pill-warning" in page


def test_a_price_in_the_book_fills_the_limit_in_and_has_the_focus(vera: Client, htmx: Callable) -> None:
    page = vera.get("/instruments/AAPL").content.decode()
    link = 'href="/instruments/AAPL?side=buy&amp;type=limit&amp;limit_price=429.80#ticket"'
    assert link in page  # without JavaScript, too
    plain = vera.get("/instruments/AAPL?side=buy&type=limit&limit_price=429.80").content.decode()
    field = plain[plain.index('id="limit_price"') :].split(">")[0]
    assert 'value="429.80"' in field
    russian = {"Accept-Language": "ru"}
    comma = vera.get("/instruments/AAPL?side=buy&type=limit&limit_price=429.80", headers=russian)
    assert 'value="429,80"' in comma.content.decode()
    assert "data-focus" not in field
    headers = htmx("ticket", **{"HX-Trigger": "bid-1"})
    chosen = vera.get("/instruments/AAPL?type=limit&limit_price=429.80&side=sell&quantity=3", headers=headers)
    part = chosen.content.decode()
    assert "data-focus" in part[part.index('id="limit_price"') :].split(">")[0]
    assert 'value="sell" checked' in part
    assert 'value="3"' in part


def test_the_ticket_hints_at_bid_ask_and_step(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/instruments/AAPL?type=limit").content.decode()
    assert "Best bid $429.80, best ask $429.90, step $0.01" in page
    gateway.down("GET /api/v1/instruments/AAPL/book")
    page = vera.get("/instruments/AAPL?type=limit").content.decode()
    assert 'id="limit_price_help">step $0.01<' in page


def test_what_was_chosen_is_kept_through_the_ticket(vera: Client) -> None:
    page = vera.get("/instruments/AAPL?side=sell&type=limit&limit_price=431&time_in_force=fok&quantity=1")
    text = page.content.decode()
    assert (
        "?side=sell&amp;type=limit&amp;limit_price=431&amp;time_in_force=fok&amp;quantity=10&amp;key=" in text
    )
    assert '<option value="fok" selected>All at once or not at all</option>' in text
    edit = vera.get(REVIEW).content.decode()
    assert "?side=buy&amp;type=limit&amp;limit_price=425.5&amp;time_in_force=gtc&amp;quantity=2" in edit


@pytest.mark.parametrize(
    ("code", "field"),
    [("limit_price_missing", "limit_price"), ("price_step_invalid", "limit_price"),
     ("limit_too_far", "limit_price"), ("lot_size_invalid", "quantity"),
     ("order_value_too_small", "quantity")],
)  # fmt: skip
def test_what_the_api_refuses_stands_beside_its_field(
    vera: Client, gateway: GatewayDouble, code: str, field: str
) -> None:
    errors = [{"field": field, "code": code, "detail": "Because of this field."}]
    gateway.answer("POST /api/v1/orders", {"code": code, "detail": "Not so.", "errors": errors}, 400)
    answer = vera.post("/orders", FORM)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Because of this field." in page[page.index(f'id="{field}_error"') :].split("</p>")[0]
    assert 'value="425.50"' in page
    assert 'name="key" value="k"' in page
    assert "message-error" not in page


def test_a_limit_too_far_is_shown_at_the_limit_under_another_key(
    vera: Client, gateway: GatewayDouble
) -> None:
    """The order was created and rejected; another one needs a key of its own."""
    reason = {"code": "limit_too_far", "detail": "The limit $1.00 is too far from the market price."}
    gateway.answer("POST /api/v1/orders", recorded("order_rejected", reject_reason=reason), 201)
    pages = [vera.post("/orders", {**FORM, "limit_price": "1"}).content.decode() for _ in range(2)]
    assert reason["detail"] in pages[0][pages[0].index('id="limit_price_error"') :].split("</p>")[0]
    assert 'name="key" value="k"' not in pages[0]
    assert placed_key(pages[0]) == placed_key(pages[1])


def placed_key(page: str) -> str:
    return page.split('name="key" value="')[1].split('"')[0]


def test_too_many_orders_are_reported_in_the_ticket(vera: Client, gateway: GatewayDouble) -> None:
    reason = {"code": "too_many_orders", "detail": "You can have 200 open orders."}
    gateway.answer("POST /api/v1/orders", recorded("order_rejected", reject_reason=reason), 201)
    answer = vera.post("/orders", FORM)
    assert answer.status_code == 422
    assert reason["detail"] in answer.content.decode()


def test_no_fresh_price_does_not_stop_an_order_that_can_wait(vera: Client, gateway: GatewayDouble) -> None:
    old = (datetime.now(UTC) - timedelta(seconds=40)).isoformat()
    cases: list[tuple[dict[str, Any], bool]] = [
        ({"price_at": old}, True),
        ({"price": None, "price_at": None, "change": None, "change_percent": None}, False),
        ({"status": "halted"}, False),
    ]
    for facts, can_be_placed in cases:
        gateway.answer("GET /api/v1/instruments/AAPL", quoted(**facts))
        page = vera.get(REVIEW).content.decode()
        assert ('id="place"' in page) == can_be_placed, facts
