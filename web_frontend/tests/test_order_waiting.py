"""The page of a limit order: waiting, filled in parts, canceled, replaced, expired; and replacing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded

WAITING = recorded("order_waiting")
ADDRESS = f"/orders/{WAITING['id']}"
FILL = {**recorded("order")["fills"][0], "quantity": 4, "price": "425.00", "amount": "1700.00", "fee": "0.85"}
PARTLY = {
    **WAITING, "status": "partially_filled", "filled_quantity": 4, "remaining_quantity": 6,
    "average_price": "425.00", "amount": "1700.00", "fee": "0.85", "fills": [{**FILL, "liquidity": "maker"}],
}  # fmt: skip
REPLACE = f"POST /api/v1{ADDRESS}/replace"
NEW = "01a20468-90aa-7b11-8c2e-5d1f0f0a7b02"


def shown(vera: Client, gateway: GatewayDouble, order: dict[str, Any], language: str = "en") -> str:
    gateway.answer(f"GET /api/v1{ADDRESS}", order)
    return vera.get(ADDRESS, headers={"Accept-Language": language}).content.decode()


def test_it_says_that_it_waits_and_until_when(vera: Client, gateway: GatewayDouble) -> None:
    until = r'until <time datetime="2027-02-20T17:58:07[^>]*>Feb 20, 2027, 17:58:07</time>.</p>'
    assert re.search(until, shown(vera, gateway, WAITING))
    page = re.sub("<time[^>]*>|</time>", "", shown(vera, gateway, WAITING))
    assert "Waiting in the book to buy 10 AAPL at $425.00 or below, until Feb 20, 2027, 17:58:07." in page
    assert "Until I cancel it (90 days)" in page
    assert f'href="{ADDRESS}/replace"' in page
    assert "Cancel the order" in page
    assert "<progress" not in page
    sale = re.sub("<time[^>]*>", "", shown(vera, gateway, {**WAITING, "side": "sell"}, "ru"))
    assert (
        "Заявка на продажу 10\xa0шт. AAPL по\xa0425,00\xa0$ или дороже ждёт в стакане до\xa020 февр. 2027"
        in sale
    )


def test_parts_are_a_bar_with_numbers_and_each_fill_says_how(vera: Client, gateway: GatewayDouble) -> None:
    page = shown(vera, gateway, PARTLY)
    assert "4 of 10 AAPL bought so far. The rest waits in the book at $425.00" in page
    assert '<progress class="bar" max="10" value="4"' in page
    assert "4 of 10 filled" in page
    fills = page[page.index("Fills") :]
    for words in ("$425.00", "$0.85", "While waiting in the book"):
        assert words in fills
    taken = {**PARTLY, "fills": [{**FILL, "liquidity": "taker"}]}
    assert "At once" in shown(vera, gateway, taken)


def test_the_end_is_said_with_its_reason(vera: Client, gateway: GatewayDouble) -> None:
    reason = {"code": "day_ended", "detail": "The order's time in the book was over."}
    page = shown(vera, gateway, {**PARTLY, "status": "expired", "reject_reason": reason})
    assert "The order expired after 4 units had been traded." in page
    russian = shown(vera, gateway, {**PARTLY, "status": "expired"}, "ru")
    assert "Срок заявки истёк, до этого исполнено 4\xa0шт.</p>" in russian
    assert reason["detail"].replace("'", "&#x27;") in page
    assert "Cancel the order" not in page
    reason = {"code": "self_trade", "detail": "It would have traded with another order of your own."}
    page = shown(vera, gateway, {**WAITING, "status": "canceled", "reject_reason": reason})
    assert "The order was canceled. Nothing was traded" in page
    assert reason["detail"] in page


def test_a_replaced_order_leads_to_the_new_one(vera: Client, gateway: GatewayDouble) -> None:
    cancel_requested = {**WAITING, "cancel_requested_at": "2026-11-22T18:00:00Z", "replaced_by": NEW}
    page = shown(vera, gateway, cancel_requested)
    assert "Being replaced…" in page
    assert "/replace" not in page
    assert "Cancel the order" not in page
    assert f"/orders/{NEW}" not in page  # it is not there yet
    page = shown(vera, gateway, {**cancel_requested, "status": "canceled"})
    assert "The order was replaced by another one. Nothing was traded." in page
    assert f'href="/orders/{NEW}"' in page
    page = shown(vera, gateway, {**PARTLY, "status": "canceled", "replaced_by": NEW})
    assert "replaced by another one after 4 units had been traded" in page


def replacing(page: str) -> dict[str, str]:
    """The hidden fields of the reviewed replacement."""
    return dict(re.findall(r'<input type="hidden" name="(key|quantity|limit_price)" value="([^"]*)">', page))


def test_a_replacement_is_reviewed_and_sent_once(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", PARTLY)
    form = vera.get(f"{ADDRESS}/replace").content.decode()
    assert 'value="10"' in form
    assert 'value="425.00"' in form
    assert "with the 4 units that are filled already" in form
    key = replacing(form)["key"]
    query = {"quantity": "12", "limit_price": "426", "key": key, "step": "review"}
    review = vera.get(f"{ADDRESS}/replace", query, headers=htmx("replace")).content.decode()
    assert "was 10 units" in review
    assert "was $425.00" in review
    assert 'id="worst-total">$3,409.71<' in review  # the 8 that are left at 426.00, and a fee of 1.71
    fields = replacing(review)
    assert fields == {"key": key, "quantity": "12", "limit_price": "426.00"}
    gateway.answer(REPLACE, {**PARTLY, "replaced_by": NEW}, 202)
    answers = [vera.post(f"{ADDRESS}/replace", fields, headers=htmx("replace")) for _ in range(2)]
    assert [answer["HX-Redirect"] for answer in answers] == [ADDRESS, ADDRESS]
    sent = gateway.requests_to(REPLACE)
    assert {one.headers["Idempotency-Key"] for one in sent} == {key}
    assert sent[0].body == {"quantity": 12, "limit_price": "426.00"}
    assert vera.post(f"{ADDRESS}/replace", fields)["Location"] == ADDRESS


@pytest.mark.parametrize(
    ("quantity", "limit", "field", "error"),
    [("4", "425", "quantity", "4 units of the order are filled already"),
     ("x", "425", "quantity", "whole number"), ("15", "425", "quantity", "lots of 10"),
     ("20", "", "limit_price", "Enter a limit price."), ("20", "425.001", "limit_price", "multiples of"),
     ("20", "0", "limit_price", "above zero"), ("10", "425", "", "Change the quantity or the limit price.")],
)  # fmt: skip
def test_a_replacement_that_cannot_be_is_refused_at_its_field(
    vera: Client, gateway: GatewayDouble, quantity: str, limit: str, field: str, error: str
) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", PARTLY)
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(lot_size=10))
    query = {"quantity": quantity, "limit_price": limit, "step": "review"}
    answers = [vera.get(f"{ADDRESS}/replace", query), vera.post(f"{ADDRESS}/replace", {**query, "key": "k"})]
    for answer in answers:
        page = answer.content.decode()
        assert answer.status_code == 422
        assert error in (page[page.index(f'id="{field}_error"') :].split("</p>")[0] if field else page)
    assert not gateway.requests_to(REPLACE)


@pytest.mark.parametrize(
    ("side", "filled", "quantity", "limit", "error"),
    [("buy", 0, "11", "386", ""), ("buy", 0, "11", "388", "enough for 10 units at most"),
     ("buy", 4, "12", "318", ""), ("buy", 4, "13", "318", "enough for 12 units at most"),
     ("buy", 0, "9", "5000", "is not enough for 1 unit"),
     ("sell", 0, "12", "425", ""), ("sell", 0, "13", "425", "You can sell 12 units at most"),
     ("sell", 4, "12", "425", ""), ("sell", 4, "13", "425", "You can sell 12 units at most")],
)  # fmt: skip
def test_nothing_is_canceled_for_an_order_that_there_is_no_money_or_are_no_units_for(
    vera: Client, gateway: GatewayDouble, side: str, filled: int, quantity: str, limit: str, error: str
) -> None:
    """What the order holds is free then: the cash for 10 at 425.00 and the fee, or 10 of 12 units."""
    order = {**(PARTLY if filled else WAITING), "side": side}
    gateway.answer(f"GET /api/v1{ADDRESS}", order)
    gateway.answer("GET /api/v1/account", recorded("account", available="0.00"))
    positions = recorded("positions")
    positions["results"][0] |= {"quantity": 12 - filled, "held_quantity": 10 - filled}
    gateway.answer("GET /api/v1/positions", positions)
    query = {"quantity": quantity, "limit_price": limit, "step": "review"}
    page = vera.get(f"{ADDRESS}/replace", query)
    assert page.status_code == (422 if error else 200)
    assert error in page.content.decode()
    gateway.answer(REPLACE, {**order, "replaced_by": NEW}, 202)
    vera.post(f"{ADDRESS}/replace", {**query, "key": "k"})
    assert bool(gateway.requests_to(REPLACE)) == (not error)


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_while_nothing_can_be_traded_nothing_is_replaced(
    vera: Client, gateway: GatewayDouble, side: str
) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", {**WAITING, "side": side})
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(status="halted"))
    query = {"quantity": "9", "limit_price": "425.00", "step": "review"}
    for answer in (
        vera.get(f"{ADDRESS}/replace"),
        vera.get(f"{ADDRESS}/replace", query),
        vera.post(f"{ADDRESS}/replace", {**query, "key": "k"}),
    ):
        assert "Trading in this instrument is halted." in answer.content.decode()
        assert 'id="replace-confirm"' not in answer.content.decode()
    gateway.answer("GET /api/v1/instruments/AAPL", quoted())
    gateway.answer("GET /api/v1/account", recorded("account", status="frozen"))
    frozen = "Your cash account is frozen" in vera.get(f"{ADDRESS}/replace", query).content.decode()
    assert frozen == (side == "buy")
    assert not gateway.requests_to(REPLACE)


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("limit_too_far", "limit_price"),
        ("quantity_already_filled", "quantity"),
        ("replacement_unchanged", ""),
    ],
)
def test_what_the_api_refuses_stands_beside_its_field(
    vera: Client, gateway: GatewayDouble, code: str, field: str
) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", WAITING)
    errors = [{"field": field, "code": code, "detail": "Said by the API."}] if field else []
    gateway.answer(REPLACE, {"code": code, "detail": "Said by the API.", "errors": errors}, 400)
    answer = vera.post(f"{ADDRESS}/replace", {"quantity": "10", "limit_price": "400", "key": "k"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Said by the API." in (page[page.index(f'id="{field}_error"') :] if field else page)
    assert 'name="key" value="k"' in page


def test_what_cannot_be_replaced_any_more_says_so_on_its_page(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", {**WAITING, "status": "filled"})
    page = vera.get(f"{ADDRESS}/replace", follow=True)
    assert page.redirect_chain == [(ADDRESS, 303)]
    assert "This order cannot be replaced any more." in page.content.decode()
    problem = {"code": "order_not_replaceable", "detail": "The order is already filled."}
    gateway.answer(REPLACE, problem, 409)
    page = vera.post(f"{ADDRESS}/replace", {"quantity": "10", "limit_price": "1", "key": "k"}, follow=True)
    assert problem["detail"] in page.content.decode()


def test_no_answer_to_a_replacement_says_that_it_may_have_arrived(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    gateway.answer(f"GET /api/v1{ADDRESS}", WAITING)
    gateway.down(REPLACE)
    form = {"quantity": "12", "limit_price": "425", "key": "k"}
    answer = vera.post(f"{ADDRESS}/replace", form, headers=htmx("replace"))
    assert (answer.status_code, answer["HX-Reswap"]) == (503, "none")
    assert "may still have been carried out" in answer.content.decode()
