"""How many units can be traded at most: said once, and as the ticket stands by now."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded

NOTHING_LEFT = "You have none left to sell"


@pytest.fixture
def priced(gateway: GatewayDouble) -> GatewayDouble:
    """AAPL at 100.00, offered by others, and nothing of it owned."""
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(price="100.00"))
    asks = [{"price": "100.00", "quantity": 30, "orders": 1}]
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", asks=asks))
    gateway.answer("GET /api/v1/positions", recorded("positions", results=[]))
    return gateway


@pytest.mark.parametrize(
    ("available", "query", "said"),
    [
        ("5.00", "side=buy", "$5.00 is not enough for 1 unit."),
        ("5.00", "side=buy&quantity=1", "$5.00 is not enough for 1 unit."),
        ("5.00", "side=buy&quantity=1&step=review&key=k", "$5.00 is not enough for 1 unit."),
        (
            "500.00",
            "side=buy&quantity=9",
            "Your available cash is enough for 4 units at most, at the worst price.",
        ),
        ("5.00", "side=sell", NOTHING_LEFT),
        ("5.00", "side=sell&quantity=1", NOTHING_LEFT),
        ("5.00", "side=sell&quantity=1&step=review&key=k", NOTHING_LEFT),
    ],
)
def test_why_no_more_can_be_traded_is_said_once(
    vera: Client, priced: GatewayDouble, available: str, query: str, said: str
) -> None:
    priced.answer("GET /api/v1/account", recorded("account", available=available))
    page = vera.get(f"/instruments/AAPL?{query}").content.decode()
    assert page.count(said) == 1
    help_of_a_market_order = page.count(", at most ")
    assert page.count("at most") - help_of_a_market_order == said.count("at most")


def test_the_most_follows_the_limit_that_is_typed(
    vera: Client, priced: GatewayDouble, htmx: Callable[..., dict[str, str]]
) -> None:
    priced.answer("GET /api/v1/account", recorded("account", available="1000.00"))
    query = {"side": "buy", "type": "limit", "limit_price": "50", "quantity": "3", "key": "of-the-form"}
    part = vera.get("/instruments/AAPL", query, headers=htmx("estimate")).content.decode()
    assert "You can buy at most 19 units with $1,000.00." in part
    assert '<div class="most" id="most" hx-swap-oob="true"' in part
    # A share of it is asked for with what the form has by then, its limit among it.
    most = part.partition('id="use-most" href="')[2]
    assert "key=of-the-form" in most.partition('"')[0]
    assert 'hx-get="/instruments/AAPL?quantity=19"' in most
    assert "#limit_price" in part.partition('id="most"')[2].partition('hx-include="')[2].partition('"')[0]


def test_the_most_of_a_market_order_is_at_the_worst_price(vera: Client, priced: GatewayDouble) -> None:
    """With 1,010.50 ten units cost 1,000.50, at the worst price of 101.00 a little too much."""
    priced.answer("GET /api/v1/account", recorded("account", available="1010.49"))
    english = vera.get("/instruments/AAPL").content.decode()
    assert "You can buy at most 9 units with $1,010.49 at the worst price." in english
    russian = vera.get("/instruments/AAPL", headers={"Accept-Language": "ru"}).content.decode()
    assert "по худшей цене можно купить не больше 9" in russian


def test_the_most_that_is_offered_is_called_so(vera: Client, priced: GatewayDouble) -> None:
    asks = [{"price": "100.00", "quantity": 3, "orders": 1}]
    priced.answer("GET /api/v1/instruments/AAPL/book", recorded("book", asks=asks))
    priced.answer("GET /api/v1/instruments/AAPL", quoted(price="100.00", available_quantity=0))
    page = vera.get("/instruments/AAPL").content.decode()
    assert "At most 3 units are offered right now." in page
    assert "You can buy at most" not in page


def test_the_top_up_leads_back_to_the_quantity(vera: Client, priced: GatewayDouble) -> None:
    priced.answer("GET /api/v1/account", recorded("account", available="5.00"))
    page = vera.get("/instruments/AAPL?side=buy&quantity=1 000").content.decode()
    address = page.partition('href="/cash?next=')[2].partition('"')[0]
    (back,) = parse_qs("next=" + address)["next"]
    assert parse_qs(urlsplit(back).query)["quantity"] == ["1 000"]
