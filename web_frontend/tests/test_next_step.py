"""The way out that a rejected order's page offers, for each reason."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded


def rejected(gateway: GatewayDouble, code: str, **changes: Any) -> None:
    reason = {"code": code, "detail": "No."}
    order = recorded("order_rejected", reject_reason=reason, **changes)
    gateway.answer(f"GET /api/v1/orders/{order['id']}", order)


@pytest.mark.parametrize(
    ("code", "changes", "address", "words"),
    [
        # 50 at 100.00 and 1 %, a fee of 0.05 %: 5,052.53; 1,000.00 are there.
        (
            "insufficient_funds",
            {"side": "buy"},
            "/cash?amount=4052.53&next=/instruments/AAPL?side=buy&quantity=50#ticket",
            "Top up $4,052.53",
        ),
        (
            "insufficient_funds",
            {"side": "buy", "type": "limit", "limit_price": "90.00"},
            "/cash?amount=3502.25&next=/instruments/AAPL?side=buy&quantity=50&type=limit&limit_price=90.00"
            "&time_in_force=day#ticket",
            "Top up $3,502.25",
        ),
        ("insufficient_funds", {"side": "buy", "quantity": 1}, "?side=buy&quantity=1", "Try again"),
        ("insufficient_position", {}, "?side=sell&quantity=7", "Sell what you have: 7 units"),
        ("instrument_halted", {}, "?side=sell&quantity=50", "Try again"),
        ("price_moved", {}, "?side=sell&quantity=50&step=review", "Review at the new price"),
        ("account_not_ready", {}, "?side=sell&quantity=50", "Try again"),
        ("account_frozen", {}, "/cash", "See your account"),
        ("limit_too_far", {}, "?side=sell&quantity=50", "Change the limit"),
        ("corporate_action", {}, "/instruments/AAPL", "Place a new order"),
        ("self_trade", {}, "/orders?show=open&ticker=AAPL", "See your open orders"),
        ("too_many_orders", {}, "/orders?show=open", "See your open orders"),
    ],
)
def test_a_rejected_order_has_a_way_out(
    vera: Client, gateway: GatewayDouble, code: str, changes: dict[str, Any], address: str, words: str
) -> None:
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(price="100.00", available_quantity=50))
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", asks=[], bids=[]))
    gateway.answer("GET /api/v1/account", recorded("account", available="1000.00"))
    held = {"ticker": "AAPL", "quantity": 10, "held_quantity": 3}
    gateway.answer("GET /api/v1/positions", recorded("positions", results=[held]))
    rejected(gateway, code, **changes)
    page = vera.get(f"/orders/{recorded('order_rejected')['id']}").content.decode()
    found = re.search(r'id="again" href="([^"]*)">([^<]*)<', page)
    assert found
    expected = address if address.startswith("/") else f"/instruments/AAPL{address}#ticket"
    assert (unquote(unescape(found[1])), found[2]) == (expected, words)


def test_the_way_out_is_there_without_its_amount_when_a_source_is_down(
    vera: Client, gateway: GatewayDouble
) -> None:
    gateway.down("GET /api/v1/account", "GET /api/v1/instruments/AAPL")
    rejected(gateway, "insufficient_funds", side="buy")
    page = vera.get(f"/orders/{recorded('order_rejected')['id']}").content.decode()
    assert re.search(r'id="again" href="/cash\?next=[^"]*">Top up<', page)


def test_cash_takes_what_is_missing_from_the_address(vera: Client) -> None:
    assert 'value="4052.53"' in vera.get("/cash?amount=4052.53", follow=True).content.decode()
    russian = vera.get(
        "/cash?amount=4052.53", headers={"Accept-Language": "ru"}, follow=True
    ).content.decode()
    assert 'value="4052,53"' in russian
    assert "<script>" not in vera.get("/cash?amount=%22%3E%3Cscript%3E", follow=True).content.decode()
