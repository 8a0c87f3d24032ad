"""A browser without JavaScript, and the gateway's double with what a fresh customer would see."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from servicekit.tests.server import administrator
from web_frontend import instrument_names
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, candles, quoted, recorded

TOKENS = {"access": "access-1", "refresh": "refresh-1", "token_type": "Bearer", "expires_in": 300}
#: What somebody types who signs up.
SIGN_UP = {"username": "vera", "email": "vera@example.com", "password": "x9-long-enough"}


def orders_by_status(asked: SentRequest) -> tuple[int, Any]:
    """The list of the one purchase, which has ended: nobody has open orders."""
    answer = recorded("orders")
    wanted = asked.query.get("status", "filled").split(",")
    return 200, {**answer, "results": [row for row in answer["results"] if row["status"] in wanted]}


@pytest.fixture
def gateway(settings: Any) -> Iterator[GatewayDouble]:
    """The gateway's double, with one filled purchase behind it."""
    instrument_names._names.clear()
    with tempfile.TemporaryDirectory(prefix="bz-") as folder:
        double = GatewayDouble(Path(folder))
        settings.GATEWAY_URL = double.url
        order = recorded("order")
        double.answer("GET /api/v1/market", recorded("market"))
        double.answer("GET /api/v1/instruments", recorded("instruments"))
        double.answer("GET /api/v1/instruments/AAPL", quoted())
        double.answer("GET /api/v1/instruments/AAPL/book", recorded("book"))
        double.answer("GET /api/v1/instruments/AAPL/trades", recorded("trades"))
        double.answer("GET /api/v1/instruments/AAPL/candles", candles())
        double.answer("GET /api/v1/instruments/AAPL/corporate-actions", recorded("corporate_actions"))
        double.answer("GET /api/v1/positions", recorded("positions"))
        double.answer("GET /api/v1/portfolio/history", recorded("portfolio_history"))
        double.answer(
            "GET /api/v1/alerts", {"limit": 50, "waiting": 0, "next": None, "previous": None, "results": []}
        )
        double.answer("GET /api/v1/watchlist", {"limit": 50, "results": []})
        double.answer("GET /api/v1/account", recorded("account"))
        double.answer("GET /api/v1/users/me", recorded("user"))
        double.answer("GET /api/v1/account/holds", recorded("holds"))
        double.answer("GET /api/v1/operations", recorded("operations"))
        double.answer("GET /api/v1/notifications", recorded("notifications"))
        double.answer_by("GET /api/v1/orders", orders_by_status)
        double.answer(f"GET /api/v1/orders/{order['id']}", order)
        double.answer("POST /api/v1/orders", order, 201)
        double.answer("POST /api/v1/auth/token", TOKENS)
        yield double
        double.close()


@pytest.fixture
def browser(gateway: GatewayDouble) -> Client:
    """Somebody who is not signed in."""
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def vera(browser: Client, gateway: GatewayDouble) -> Client:
    """Somebody who has signed in; what that asked of the gateway is forgotten."""
    answer = browser.post("/sign-in", {"username": "vera", "password": "x9-long-enough"})
    assert answer.status_code == 303
    gateway.requests.clear()
    return browser


@pytest.fixture
def htmx() -> Callable[..., dict[str, str]]:
    """``htmx("quote")`` → the headers of htmx's request for that target."""

    def headers(target: str = "", **more: str) -> dict[str, str]:
        return {"HX-Request": "true", "HX-Target": target, **more}

    return headers


def stored_by_the_pages() -> dict[bytes, bytes]:
    """Every key in the sessions' server, with its value; the frontend itself may not list them."""
    client = administrator(decode_responses=False)
    return {key: client.get(key) for key in client.scan_iter()}
