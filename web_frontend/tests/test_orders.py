"""The ticket, placing an order, and the page that shows its states by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded
from web_frontend.ticket.ticket import ticket_read

ORDER = recorded("order")
ADDRESS = f"/orders/{ORDER['id']}"

#: A ticket that was reviewed.
FORM = {
    "ticker": "AAPL", "side": "buy", "quantity": "2", "key": "k", "price": "429.86", "worst_price": "434.16",
}  # fmt: skip


def placed(page: str) -> dict[str, str]:
    """The hidden fields of a reviewed ticket."""
    form = page[page.index('id="ticket"') :]
    names = "key|ticker|side|quantity|price|worst_price|type|limit_price|time_in_force"
    return dict(re.findall(rf'<input type="hidden" name="({names})" value="([^"]*)">', form))


def read(data: dict[str, str], *, available: str = "1000.00", **instrument: Any) -> Any:
    """A ticket on AAPL at 100.00 with so much cash and ten units owned."""
    facts = quoted(price="100.00", **{"available_quantity": 50, **instrument})
    return ticket_read(
        data,
        instrument=facts,
        account={"available": available, "currency": "USD"},
        positions={"results": [{"ticker": "AAPL", "quantity": 10, "held_quantity": 3}]},
    )


def test_the_most_is_what_the_hold_fits_into() -> None:
    # One unit holds 101.00 (1 % protection) and a fee of 0.05: nine are 909.46, ten 1010.51.
    assert (read({}).most, read({}).bound) == (9, "cash")
    assert read({}, available="1010.51").most == 10
    assert read({}, available="1010.50").most == 9
    assert read({}, available="0.00").most == 0
    assert (read({}, available="99999.00").most, read({}, available="99999.00").bound) == (50, "offer")
    assert read({}, available="99999.00", lot_size=20).most == 40


def test_the_most_of_what_costs_next_to_nothing_is_found_at_once() -> None:
    """A cent buys a million: found by halving, not unit by unit."""
    facts = quoted(price="0.00000001", price_step="0.00000001", available_quantity=10**9)
    for available, most in (("0.02", 500_000), ("0.03", 1_000_000), ("99.99", 10**9)):
        account = {"available": available, "currency": "USD"}
        assert ticket_read({}, instrument=facts, account=account, positions=None).most == most


def test_the_most_to_sell_is_what_is_free() -> None:
    ticket = read({"side": "sell"})
    assert (ticket.most, ticket.bound) == (7, "position")


def test_the_estimate_adds_the_fee_to_a_buy_and_takes_it_from_a_sale() -> None:
    buy = read({"quantity": "5"}).estimate
    assert (buy.amount, buy.fee, buy.total, buy.worst_total) == ("500.00", "0.25", "500.25", "505.26")
    assert read({"side": "sell", "quantity": "5"}).estimate.total == "499.75"


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "Enter how many units."), ("abc", "Enter a whole number"), ("1.5", "Enter a whole number"),
     ("0", "Enter at least 1."), ("-3", "Enter at least 1."), ("1e400", "Enter a whole number"),
     ("NaN", "Enter a whole number"), ("9" * 40, "At most 1,000,000,000"), ("10", "enough for 9 units")],
)  # fmt: skip
def test_a_quantity_that_cannot_be_is_refused_at_its_field(text: str, error: str) -> None:
    ticket = read({"quantity": text, "step": "review"})
    assert ticket.refused
    assert error in ticket.error


def test_a_quantity_may_be_written_with_spaces() -> None:
    assert read({"quantity": "1 000"}, available="9999999").quantity == 1000


def test_typing_estimates_without_a_whole_page(vera: Client, htmx: Callable) -> None:
    page = vera.get("/instruments/AAPL?side=buy&quantity=2", headers=htmx("estimate")).content.decode()
    assert page.strip().startswith('<dl id="estimate"')


def test_what_is_wrong_with_the_quantity_is_an_item_of_the_estimates_list(
    vera: Client, htmx: Callable
) -> None:
    page = vera.get("/instruments/AAPL?side=sell&quantity=99999", headers=htmx("estimate")).content.decode()
    assert "sums-note" in page
    for item in re.findall(r"<div.*?</div>", page.partition("</dl>")[0], re.DOTALL):
        assert re.search(r"<dt.*</dt>.*<dd.*</dd>", item, re.DOTALL), item


def test_review_then_place_with_the_key_of_the_form(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    review = vera.get("/instruments/AAPL?side=buy&quantity=2&step=review", headers=htmx("ticket"))
    fields = placed(review.content.decode())
    assert UUID(fields["key"])
    answer = vera.post("/orders", fields, headers=htmx("ticket"))
    assert answer["HX-Redirect"] == ADDRESS
    sent = gateway.requests_to("POST /api/v1/orders")[0]
    assert sent.headers["Idempotency-Key"] == fields["key"]
    assert sent.body == {
        "ticker": "AAPL",
        "side": "buy",
        "type": "market",
        "quantity": 2,
        "worst_price": fields["worst_price"],
    }


def test_it_works_without_javascript(vera: Client) -> None:
    page = vera.get("/instruments/AAPL?side=buy&quantity=2&step=review&key=k").content.decode()
    assert "<!doctype html>" in page
    answer = vera.post("/orders", placed(page))
    assert (answer.status_code, answer["Location"]) == (303, ADDRESS)


def test_the_key_stays_the_same_from_the_ticket_to_the_order(vera: Client) -> None:
    page = vera.get("/instruments/AAPL").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    review = vera.get(f"/instruments/AAPL?quantity=2&step=review&key={key[1]}").content.decode()
    assert placed(review)["key"] == key[1]


def test_a_used_key_asks_to_look_again_under_a_new_one(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/orders", recorded("key_reused"), 422)
    another = recorded("order", quantity=3)
    gateway.answer("GET /api/v1/orders", {"next": None, "previous": None, "results": [another]})
    answer = vera.post("/orders", {**FORM, "key": "old"})
    assert answer.status_code == 422
    assert "already placed another order from this form" in answer.content.decode()
    assert 'value="old"' not in answer.content.decode()


def test_back_and_reviewed_at_another_price_it_is_still_the_order_that_was_placed(
    vera: Client, gateway: GatewayDouble
) -> None:
    """The form's key is the placed order's; only the worst price, which follows the market, differs."""
    gateway.answer("POST /api/v1/orders", recorded("key_reused"), 422)
    placed_before = recorded("order", quantity=int(FORM["quantity"]))
    gateway.answer("GET /api/v1/orders", {"next": None, "previous": None, "results": [placed_before]})
    answer = vera.post("/orders", FORM)
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{placed_before['id']}")


def test_enough_orders_for_today_is_said_in_the_ticket(vera: Client, gateway: GatewayDouble) -> None:
    problem = {"code": "order_quota_exceeded", "detail": "You have placed 5000 orders today.", "status": 429}
    gateway.answer("POST /api/v1/orders", problem, 429, Retry_After="3600")
    answer = vera.post("/orders", FORM)
    assert answer.status_code == 422
    assert "You have placed 5000 orders today." in answer.content.decode()
    assert FORM["key"] in answer.content.decode()


def test_what_the_api_refuses_is_shown_in_the_ticket(vera: Client, gateway: GatewayDouble) -> None:
    problem = {"code": "lot_size_invalid", "detail": "Lots of 10.", "status": 400}
    gateway.answer("POST /api/v1/orders", problem, 400)
    answer = vera.post("/orders", FORM)
    assert answer.status_code == 422
    assert "Lots of 10." in answer.content.decode()


def test_no_answer_to_a_placed_order_keeps_the_form_and_its_key(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    gateway.down("POST /api/v1/orders")
    form = FORM
    answer = vera.post("/orders", form, headers=htmx("ticket"))
    assert (answer.status_code, answer["HX-Reswap"]) == (503, "none")
    assert 'hx-swap-oob="innerHTML:#status"' in answer.content.decode()
    # what did not answer may have taken it all the same
    assert "may still have been carried out" in answer.content.decode()
    assert "Nothing is lost" not in answer.content.decode()


def test_the_ticket_works_while_billing_is_down(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/account", "GET /api/v1/positions")
    page = vera.get("/instruments/AAPL").content.decode()
    assert "not known right now; you can still place an order" in page
    assert "Your position could not be loaded" in page
    assert "You do not own" not in page


def test_a_young_order_asks_at_once_and_every_second(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    working = {**ORDER, "status": "working", "filled_quantity": 0, "created_at": timezone.now().isoformat()}
    gateway.answer(f"GET /api/v1{ADDRESS}", working)
    page = vera.get(ADDRESS).content.decode()
    assert 'hx-trigger="news, load delay:150ms, every 1s"' in page
    assert "is at the exchange" in page
    assert "bought" not in page
    again = re.search(r'hx-get="([^"]+\?seen=\w+)"', page)
    assert again
    assert vera.get(again[1], headers=htmx("order")).status_code == 204
    gateway.answer(f"GET /api/v1{ADDRESS}", ORDER)
    answer = vera.get(again[1], headers=htmx("order"))
    assert "You bought 10 AAPL at $429.86 each and paid $4,300.75 with the fee." in answer.content.decode()
    assert answer["HX-Trigger"] == "order-final"


def test_a_final_order_does_not_ask_again(vera: Client) -> None:
    page = vera.get(ADDRESS).content.decode()
    assert "every" not in page[page.index('id="order"') :].split(">")[0]
    assert "Cancel the order" not in page
    assert [ORDER["fills"][0]["price"] in page, "Filled" in page] == [True, True]


@pytest.mark.parametrize(
    ("side", "words", "sentence"),
    [("buy", r"You paid</dt><dd id=\"moved\"><strong>\$4,300\.75<", "and paid $4,300.75 with"),
     ("sell", r"You received</dt><dd id=\"moved\"><strong>\$4,296\.45<", "and received $4,296.45 after")],
)  # fmt: skip
def test_the_money_that_moved_is_said(
    vera: Client, gateway: GatewayDouble, side: str, words: str, sentence: str
) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", {**ORDER, "side": side})
    page = vera.get(ADDRESS).content.decode()
    assert re.search(words, page)
    assert sentence in page
    russian = vera.get(ADDRESS, headers={"Accept-Language": "ru"}).content.decode()
    assert "10\xa0шт. AAPL по\xa0429,86\xa0$ и " in russian
    gateway.answer(f"GET /api/v1{ADDRESS}", {**ORDER, "status": "canceled", "filled_quantity": 0})
    assert 'id="moved"' not in vera.get(ADDRESS).content.decode()


def test_a_rejected_order_says_why(vera: Client, gateway: GatewayDouble) -> None:
    rejected = recorded("order_rejected")
    gateway.answer(f"GET /api/v1/orders/{rejected['id']}", rejected)
    page = vera.get(f"/orders/{rejected['id']}").content.decode()
    assert "Nothing was traded and no money moved" in page
    assert rejected["reject_reason"]["detail"] in page


def test_an_expired_order_says_why(vera: Client, gateway: GatewayDouble) -> None:
    reason = {"code": "timed_out", "detail": "The order was not confirmed in time, so it was canceled."}
    expired = recorded("order_rejected", status="expired", reject_reason=reason)
    gateway.answer(f"GET /api/v1/orders/{expired['id']}", expired)
    page = vera.get(f"/orders/{expired['id']}").content.decode()
    assert "The order expired. Nothing was traded and no money moved." in page
    assert reason["detail"] in page
    assert "Cancel the order" not in page


def test_cancelling_too_late_is_reported(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer(f"POST /api/v1{ADDRESS}/cancel", recorded("not_cancelable"), 409)
    page = vera.post(f"{ADDRESS}/cancel", headers=htmx("order")).content.decode()
    assert "The order is already filled." in page


def test_somebody_elses_order_is_a_404_page(vera: Client) -> None:
    assert vera.get("/orders/01a20468-0000-7000-8000-000000000000").status_code == 404
