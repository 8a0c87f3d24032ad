"""/cash: topping up, and what the page says when a source is down."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded

ORDER = recorded("order_waiting")
#: Cash that is held for that order, and for one that is not among the latest.
HOLDS = [
    {
        "id": order_id,
        "order_id": order_id,
        "amount": amount,
        "currency": "USD",
        "placed_at": ORDER["created_at"],
    }
    for order_id, amount in ((ORDER["id"], "43.50"), ("01a20468-80be-75cb-b0e3-000000000001", "7.00"))
]


def test_an_account_that_is_being_opened_appears_by_itself(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/account", {"code": "account_not_ready", "detail": "…"}, 404)
    for path in ("/portfolio", "/cash"):
        page = vera.get(path).content.decode()
        assert "Your account is being opened" in page
        assert 'hx-trigger="every 1s"' in page


@pytest.mark.parametrize(
    ("typed", "language", "amount"),
    [
        ("1,500.50", "en", "1500.50"),
        ("1 500,5", "ru", "1500.50"),
    ],
)
def test_a_top_up_takes_comma_and_dot(
    vera: Client, gateway: GatewayDouble, typed: str, language: str, amount: str
) -> None:
    gateway.answer("POST /api/v1/deposits", recorded("deposit", amount=amount), 201)
    answer = vera.post("/cash", {"amount": typed, "key": "k1"}, headers={"Accept-Language": language})
    assert (answer.status_code, answer["Location"]) == (303, "/cash")
    sent = gateway.requests_to("POST /api/v1/deposits")[0]
    assert (sent.body, sent.headers["Idempotency-Key"]) == ({"amount": amount, "currency": "USD"}, "k1")


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/instruments/AAPL?side=buy&quantity=5", "/instruments/AAPL?side=buy&quantity=5"),
        ("//x.org", "/cash"),
    ],
)
def test_a_top_up_for_an_order_leads_back_to_it(
    vera: Client, gateway: GatewayDouble, wanted: str, leads: str
) -> None:
    page = vera.get("/cash", {"amount": "20", "next": wanted}, follow=True).content.decode()
    assert ("Then you go on with your order." in page) == (wanted == leads)
    gateway.answer("POST /api/v1/deposits", recorded("deposit"), 201)
    answer = vera.post("/cash", {"amount": "20", "key": "k1", "next": wanted})
    assert answer["Location"] == leads


def test_all_that_is_available_can_be_withdrawn_at_a_click(vera: Client) -> None:
    page = vera.get("/cash").content.decode()
    available = recorded("account")["available"]
    assert f'id="withdraw-all" href="/cash?withdraw={available}"' in page
    withdraw = vera.get(f"/cash?withdraw={available}", follow=True).content.decode()
    withdraw = withdraw.partition('id="withdraw"')[2]
    assert f'value="{available}"' in withdraw


@pytest.mark.parametrize("typed", ["", "abc", "0", "-5", "1.005", "NaN", "Infinity", "1e400", "9" * 30, "٣"])
def test_what_is_no_amount_is_refused_at_its_field(vera: Client, gateway: GatewayDouble, typed: str) -> None:
    answer = vera.post("/cash", {"amount": typed, "key": "k1"})
    assert answer.status_code == 422
    assert 'id="top-up-amount_error"' in answer.content.decode()
    assert not gateway.requests_to("POST /api/v1/deposits")


def test_a_refused_deposit_stands_at_its_field(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("POST /api/v1/deposits", recorded("deposit_refused"), 400)
    answer = vera.post("/cash", {"amount": "999999", "key": "k1"}, headers=htmx("top-up"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.strip().startswith('<form id="top-up"')
    assert recorded("deposit_refused")["detail"] in page
    assert 'value="k1"' in page


def test_enough_deposits_for_today_is_said_in_the_form(
    vera: Client, gateway: GatewayDouble, htmx: Callable
) -> None:
    problem = {"code": "deposit_quota_exceeded", "detail": "You have topped up 100 times today."}
    gateway.answer("POST /api/v1/deposits", problem, 429, Retry_After="3600")
    answer = vera.post("/cash", {"amount": "1", "key": "k1"}, headers=htmx("top-up"))
    assert answer.status_code == 422
    assert "You have topped up 100 times today." in answer.content.decode()


@pytest.mark.parametrize("key", [None, "", "\u0663", "e\u0301", "a b", "x" * 129, "\x00"])
@pytest.mark.parametrize("part", ["top-up", "withdraw"])
def test_a_form_without_a_key_says_that_nothing_was_booked_and_can_be_sent_again(
    vera: Client, gateway: GatewayDouble, part: str, key: str | None
) -> None:
    address, name = {"top-up": ("/cash", "deposits"), "withdraw": ("/cash/withdraw", "withdrawals")}[part]
    sent = {"amount": "5"} if key is None else {"amount": "5", "key": key}
    answer = vera.post(address, sent)
    assert answer.status_code == 422
    assert not gateway.requests_to(f"POST /api/v1/{name}")
    form = answer.content.decode().partition(f'<form id="{part}"')[2].partition("</form>")[0]
    assert "nothing was booked. Send it again." in form
    found = re.search(r'name="key" value="([^"]+)"', form)
    gateway.answer(f"POST /api/v1/{name}", recorded("deposit"), 201)
    assert vera.post(address, {"amount": "5", "key": found[1] if found else ""}).status_code == 303


def test_cash_says_which_part_failed(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/account", "GET /api/v1/operations")
    page = vera.get("/cash").content.decode()
    assert "Your account could not be loaded" in page
    assert "The operations could not be loaded" in page


@pytest.mark.parametrize(
    ("name", "key", "path", "form"),
    [("amount", "key", "deposits", "top-up"), ("withdraw", "withdraw_key", "withdrawals", "withdraw")],
)
def test_back_to_a_filled_in_form_books_nothing_twice(
    vera: Client, gateway: GatewayDouble, name: str, key: str, path: str, form: str
) -> None:
    address = vera.get(f"/cash?{name}=20&next=/help")["Location"]
    query = dict(parse_qsl(urlsplit(address).query))
    assert (query[name], query["next"]) == ("20", "/help")
    for sent in range(2):
        page = vera.get(address).content.decode()
        assert f'<input type="hidden" name="key" value="{query[key]}"' in page.partition(f'id="{form}"')[2]
        again = {"Idempotency_Replayed": "true"} if sent else {}
        gateway.answer(f"POST /api/v1/{path}", recorded("deposit"), 201, **again)
        to = "/cash" if form == "top-up" else "/cash/withdraw"
        shown = vera.post(to, {"amount": "20", "key": query[key]}, follow=True).content.decode()
        assert ("so nothing was booked twice" in shown) == bool(sent)
    assert {asked.headers["Idempotency-Key"] for asked in gateway.requests_to(f"POST /api/v1/{path}")} == {
        query[key]
    }
    assert f'value="{query[key]}"' not in vera.get(f"/cash?{key}={query[key]}").content.decode()


def test_quick_amounts_fill_in_the_form(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/cash").content.decode()
    for amount, text in (("100", "$100"), ("1000", "$1,000"), ("10000", "$10,000")):
        assert f'href="/cash?amount={amount}"' in page
        assert f">{text}</a>" in page
        assert f'value="{amount}"' in vera.get(f"/cash?amount={amount}", follow=True).content.decode()


@pytest.mark.parametrize(
    ("language", "side", "other"), [("en", "Buy", ">Order<"), ("ru", "Покупка", ">Заявка<")]
)
def test_what_is_held_names_its_orders(
    vera: Client, gateway: GatewayDouble, language: str, side: str, other: str
) -> None:
    gateway.answer("GET /api/v1/account/holds", {"next": "x?cursor=y", "previous": None, "results": HOLDS})
    gateway.answer("GET /api/v1/orders", {"next": None, "previous": None, "results": [ORDER]})
    page = vera.get("/cash", headers={"Accept-Language": language}).content.decode()
    held = page.partition('id="holds"')[2].partition("</section>")[0]
    for hold in HOLDS:
        assert f'href="/orders/{hold["order_id"]}"' in held
    units = "\xa0шт." if language == "ru" else ""
    assert f">{side} {ORDER['quantity']}{units} {ORDER['ticker']}</a>" in held
    assert other in held
    assert "43.50" in held or "43,50" in held
    assert 'href="/orders?show=open"' in held


def test_nothing_held_is_nothing_shown(vera: Client, gateway: GatewayDouble) -> None:
    assert 'id="holds"' not in vera.get("/cash").content.decode()


def test_holds_that_do_not_come_are_reported_and_orders_that_do_not_only_lack_their_names(
    vera: Client, gateway: GatewayDouble
) -> None:
    gateway.down("GET /api/v1/account/holds")
    page = vera.get("/cash").content.decode()
    assert "What is held could not be loaded" in page
    assert 'id="available"' in page
    gateway.answer("GET /api/v1/account/holds", {"next": None, "previous": None, "results": HOLDS})
    gateway.down("GET /api/v1/orders")
    page = vera.get("/cash").content.decode()
    assert page.count(">Order</a>") == 2
    assert "$43.50" in page
