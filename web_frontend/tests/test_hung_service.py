"""One service hangs: what waits for it says so within three seconds, and the rest of the page works."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from web_frontend.call_times import CALL_S
from web_frontend.gateway_client import Gateway
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest

FAILED = "Couldn't load this. Your data is safe."
#: A page, what of it hangs, how its part says so, and what stands beside it.
HUNG = [
    ("/portfolio", "/api/v1/account", "Your cash could not be loaded", "AAPL"),
    ("/portfolio", "/api/v1/positions", "Your positions could not be loaded", "Available cash"),
    ("/portfolio", "/api/v1/portfolio/history", "The positions by day could not be loaded", "AAPL"),
    ("/cash", "/api/v1/account", FAILED, "Latest operations"),
    ("/cash", "/api/v1/operations", FAILED, "Available"),
    ("/orders", "/api/v1/orders", FAILED, "Orders"),
    ("/history", "/api/v1/operations", FAILED, "History"),
    ("/notifications", "/api/v1/notifications", FAILED, "Notifications"),
    ("/instruments/AAPL", "/api/v1/account", "is not known right now", "Price chart"),
    ("/instruments/AAPL", "/api/v1/instruments/AAPL/book", FAILED, "Price chart"),
    ("/instruments/AAPL", "/api/v1/instruments/AAPL/candles", FAILED, "Order book"),
    ("/instruments/AAPL", "/api/v1/alerts", "Your price alerts could not be loaded", "Price chart"),
    ("/alerts", "/api/v1/alerts", FAILED, "Price alerts"),
    ("/", "/api/v1/watchlist", "Your watchlist could not be loaded", "AAPL"),
    ("/", "/api/v1/instruments", FAILED, "Market"),
]


@pytest.fixture
def hang(gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Lets a source hang; what each read of the page would have waited for is in what it returns."""
    released, allowed_s = threading.Event(), list[float]()
    known = Gateway.ask

    def wait(asked: SentRequest) -> tuple[int, Any]:
        released.wait(60)
        return 503, {"code": "service_unavailable", "detail": "late"}

    def start(source: str) -> list[float]:
        def short(self: Gateway, path: str, *, timeout_s: float = CALL_S, **asked: Any) -> Any:
            allowed_s.append(timeout_s)
            return known(self, path, timeout_s=0.3 if path == source else timeout_s, **asked)

        gateway.answer_by(f"GET {source}", wait)
        monkeypatch.setattr(Gateway, "ask", short)
        return allowed_s

    yield start
    released.set()


@pytest.mark.parametrize(("page", "source", "said", "beside"), HUNG)
def test_its_part_says_so_and_the_rest_works(
    vera: Client, hang: Any, page: str, source: str, said: str, beside: str
) -> None:
    allowed_s = hang(source)
    text = vera.get(page).content.decode()
    assert "<!doctype html>" in text
    assert "birzha.css" in text
    assert said in text
    assert beside in text
    assert max(allowed_s) <= 2.5


def test_what_hangs_together_is_waited_for_once(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three questions of one page to the same service: none is answered before all of them were asked."""
    monkeypatch.setattr(Gateway, "_until", lambda self, timeout_s: time.monotonic() + 60)
    asked = threading.Barrier(3)

    def play(request: SentRequest) -> tuple[int, Any]:
        asked.wait(30)
        return 503, {"code": "service_unavailable", "detail": "down"}

    for source in ("me", "me/sessions", "me/sign-ins"):
        gateway.answer_by(f"GET /api/v1/users/{source}", play)
    page = vera.get("/security").content.decode()
    for part in ("Your e-mail", "The sessions", "The sign-ins"):
        assert f"{part} could not be loaded" in page
    assert not asked.broken


#: What is pressed, what of it hangs, and for how many seconds it may be waited for.
PRESSED = [
    ("/orders", "/api/v1/orders", 2.5),
    ("/cash", "/api/v1/deposits", 2.5),
    ("/cash/withdraw", "/api/v1/withdrawals", 2.5),
    ("/orders/cancel-all", "/api/v1/orders/cancel-all", 2.5),
    ("/notifications/read-all", "/api/v1/notifications/read-all", 2.5),
    ("/sign-in", "/api/v1/auth/token", 6.0),  # they wait for each other
]


@pytest.mark.parametrize(("form", "source", "within_s"), PRESSED)
def test_a_press_without_an_answer_says_so_in_time(
    vera: Client,
    gateway: GatewayDouble,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    source: str,
    within_s: float,
) -> None:
    released, waits_s = threading.Event(), dict[str, float]()
    known = Gateway._sent

    def hang(asked: SentRequest) -> tuple[int, Any]:
        released.wait(60)
        return 503, {}

    def short(
        self: Gateway, method: str, path: str, query: Any, headers: Any, content: Any, timeout_s: float
    ) -> Any:
        waits_s[path] = timeout_s
        timeout_s = 0.3 if path == source else timeout_s
        return known(self, method, path, query, headers, content, timeout_s)

    gateway.answer_by(f"POST {source}", hang)
    monkeypatch.setattr(Gateway, "_sent", short)
    typed = {
        "ticker": "AAPL", "side": "buy", "quantity": "2", "type": "limit", "limit_price": "400.00",
        "time_in_force": "gtc", "key": "key-of-the-form", "amount": "5", "username": "vera",
        "password": "x9-long-enough",
    }  # fmt: skip
    answer = vera.post(form, typed)
    released.set()
    assert answer.status_code == 503
    assert waits_s[source] <= within_s
