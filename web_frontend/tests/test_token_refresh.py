"""The tokens of a visitor are refreshed by one request at a time; who is refused is signed out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from django.core.cache import cache
from django.test import Client

from servicekit.testing.waiting import wait
from web_frontend.call_times import CALL_S, PAGE_S
from web_frontend.sessions import tokens
from web_frontend.tests.conftest import TOKENS
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest

FAILED = "Couldn't load this. Your data is safe."


def age_tokens(client: Client, left_s: float = 5) -> None:
    """Let the access token be about to end."""
    key = f"tokens:{client.session['tokens']}"
    cache.set(key, {**cache.get(key), "expires_at": time.time() + left_s})


def test_a_revoked_session_is_reported(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/orders", {"code": "session_revoked"}, 401)
    answer = vera.get("/orders", follow=True)
    assert answer.redirect_chain[0][0] == "/sign-in?next=/orders"
    assert "You were signed out. Please sign in again." in answer.content.decode()


def test_a_part_that_hears_of_it_has_the_page_look_for_itself(vera: Client, gateway: GatewayDouble) -> None:
    """The page may know better than to sign in: the market is anybody's, and a closed account is told so."""
    gateway.answer("GET /api/v1/notifications", {"code": "session_revoked"}, 401)
    part = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?sort=name"}
    for _ in ("the first", "one more"):
        answer = vera.get("/notifications/unread", headers=part)
        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert "You were signed out. Please sign in again." in vera.get("/").content.decode()


def test_an_access_token_about_to_end_is_replaced(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(
        "POST /api/v1/auth/token/refresh", {**TOKENS, "access": "access-2", "refresh": "refresh-2"}
    )
    age_tokens(vera)
    vera.get("/orders")
    assert gateway.requests_to("POST /api/v1/auth/token/refresh")[0].body == {"refresh": "refresh-1"}
    assert gateway.requests_to("GET /api/v1/orders")[0].headers["Authorization"] == "Bearer access-2"


def test_parallel_requests_use_the_refresh_token_once(vera: Client, gateway: GatewayDouble) -> None:
    used: list[str] = []
    lock = threading.Lock()

    def refresh(asked: SentRequest) -> tuple[int, dict]:
        with lock:
            if asked.body["refresh"] in used:
                return 401, {"code": "refresh_reused"}
            used.append(asked.body["refresh"])
        time.sleep(0.2)
        return 200, {**TOKENS, "access": f"access-{len(used) + 1}", "refresh": f"refresh-{len(used) + 1}"}

    gateway.answer_by("POST /api/v1/auth/token/refresh", refresh)
    age_tokens(vera)

    def visit(_: int) -> int:
        client = Client(headers={"Cookie": f"birzha_session={vera.cookies['birzha_session'].value}"})
        return client.get("/orders").status_code

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(visit, range(10))) == [200] * 10
    assert used == ["refresh-1"]


def test_a_refused_refresh_signs_out(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token/refresh", {"code": "token_invalid"}, 401)
    age_tokens(vera)
    assert vera.get("/orders")["Location"] == "/sign-in?next=/orders"
    assert vera.get("/cash").status_code == 303


def test_a_refresh_without_an_answer_keeps_the_session(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("POST /api/v1/auth/token/refresh")
    age_tokens(vera)
    assert vera.get("/orders").status_code == 503
    gateway.answer("POST /api/v1/auth/token/refresh", {**TOKENS, "access": "access-2"})
    assert vera.get("/orders").status_code == 200


def test_a_refresh_whose_answer_was_lost_is_repeated(vera: Client, gateway: GatewayDouble) -> None:
    """The service stands still for longer than a try, and answers the second one with the same pair."""
    asked: list[float] = []

    def refresh(request: SentRequest) -> tuple[int, dict]:
        asked.append(time.monotonic())
        if len(asked) == 1:
            time.sleep(7)
        return 200, {**TOKENS, "access": "access-2", "refresh": "refresh-2"}

    gateway.answer_by("POST /api/v1/auth/token/refresh", refresh)
    age_tokens(vera)

    vera.get("/orders")  # waits no longer than for any call, and the refresh goes on
    wait(lambda: len(asked) == 2, "the refresh is not repeated")
    assert vera.get("/orders").status_code == 200

    assert len(asked) == 2
    assert {
        request.body["refresh"] for request in gateway.requests_to("POST /api/v1/auth/token/refresh")
    } == {"refresh-1"}
    assert gateway.requests_to("GET /api/v1/orders")[0].headers["Authorization"] == "Bearer access-2"


@pytest.fixture
def hanging(gateway: GatewayDouble) -> Iterator[GatewayDouble]:
    """user_service hangs while tokens are refreshed."""
    released = threading.Event()

    def hang(asked: SentRequest) -> tuple[int, dict]:
        released.wait(60)
        return 503, {}

    gateway.answer_by("POST /api/v1/auth/token/refresh", hang)
    yield gateway
    released.set()


@pytest.mark.parametrize(
    ("page", "said", "beside"),
    [
        ("/orders", FAILED, ""),
        ("/cash", FAILED, "Top up"),
        ("/", "Your watchlist could not be loaded", "AAPL"),
        ("/instruments/AAPL", "is not known right now", "Price chart"),
    ],
)
def test_while_a_refresh_hangs_the_parts_say_so_themselves(
    vera: Client, hanging: GatewayDouble, page: str, said: str, beside: str
) -> None:
    age_tokens(vera)
    begun = time.monotonic()
    text = vera.get(page).content.decode()
    assert time.monotonic() - begun < 3
    assert said in text
    assert beside in text
    assert len(hanging.requests_to("POST /api/v1/auth/token/refresh")) == 1


def test_while_a_refresh_hangs_a_token_that_is_still_good_is_used(
    vera: Client, hanging: GatewayDouble
) -> None:
    age_tokens(vera, left_s=PAGE_S + 5)
    assert vera.get("/orders").status_code == 200
    assert hanging.requests_to("GET /api/v1/orders")[0].headers["Authorization"] == "Bearer access-1"


def test_the_times_of_a_refresh_nest() -> None:
    all_tries = min(tokens.REFRESH_TIMEOUT_S * tokens.REFRESH_TRIES, PAGE_S) + 3  # to connect, for a place
    assert tokens.REFRESH_TIMEOUT_S < all_tries < tokens.LOCK_LIFETIME_S < 30
    assert tokens.WAIT_S + CALL_S < PAGE_S < load_limits()["page_try"]
    assert PAGE_S < tokens.REFRESH_BEFORE_S


def load_limits() -> dict[str, int]:
    """The gateway's own time-outs, in seconds."""
    file = Path(__file__).parents[2] / "gateway" / "gateway.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))["timeouts"]


def test_a_lock_that_ran_out_is_not_taken_from_its_next_owner(vera: Client, gateway: GatewayDouble) -> None:
    lock = f"refresh:{vera.session['tokens']}"

    def refresh(request: SentRequest) -> tuple[int, dict]:
        cache.set(lock, "another's", timeout=20)
        return 200, {**TOKENS, "access": "access-2"}

    gateway.answer_by("POST /api/v1/auth/token/refresh", refresh)
    age_tokens(vera)
    vera.get("/orders")
    assert cache.get(lock) == "another's"
    cache.delete(lock)
