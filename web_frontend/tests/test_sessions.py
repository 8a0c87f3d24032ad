"""Signing up, in and out; tokens stay on the server, and a refresh token is used once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client

from web_frontend.tests.conftest import TOKENS
from web_frontend.tests.gateway_double import Asked, GatewayDouble, recorded


def age_tokens(client: Client) -> None:
    """Let the access token be about to end."""
    key = f"tokens:{client.session['tokens']}"
    cache.set(key, {**cache.get(key), "expires_at": time.time() + 5})


def test_sign_in_sets_one_opaque_http_only_cookie(browser: Client, gateway: GatewayDouble) -> None:
    answer = browser.post("/sign-in", {"username": "vera", "password": "x9-long-enough", "next": "/cash"})
    assert (answer.status_code, answer["Location"]) == (303, "/cash")
    cookie = answer.cookies["birzha_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "access-1" not in str(answer.cookies)
    assert "refresh-1" not in str(answer.cookies)


def test_sign_in_changes_the_session_key(vera: Client) -> None:
    before = vera.cookies["birzha_session"].value
    vera.post("/sign-in", {"username": "vera", "password": "x9-long-enough"})
    assert vera.cookies["birzha_session"].value != before


def test_a_wrong_password_is_told_above_the_form(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token", recorded("credentials_refused"), 401)
    answer = browser.post("/sign-in", {"username": "vera", "password": "wrong"})
    assert answer.status_code == 422
    assert recorded("credentials_refused")["detail"] in answer.content.decode()
    assert "wrong" not in answer.content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_does_not_lead_away(browser: Client, target: str) -> None:
    answer = browser.post("/sign-in", {"username": "vera", "password": "x", "next": target})
    assert answer["Location"] == "/portfolio"


def test_sign_up_registers_and_signs_in(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", recorded("user"), 201)
    form = {"username": "vera", "email": "vera@example.com", "password": "x9-long-enough"}
    answer = browser.post("/sign-up", form, headers={"Accept-Language": "ru"})
    assert answer["Location"] == "/portfolio"
    assert gateway.asked_for("POST /api/v1/users")[0].body == {**form, "locale": "ru"}
    assert "vera" in browser.get("/").content.decode()


def test_sign_up_shows_the_refusal_at_its_field(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", recorded("user_refused"), 400)
    answer = browser.post("/sign-up", {"username": "vera", "email": "v@example.com", "password": "password"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_password_error">This password is too common.' in page
    assert 'aria-describedby="id_password_helptext id_password_error"' in page


def test_who_is_not_signed_in_signs_in_and_comes_back(browser: Client) -> None:
    answer = browser.get("/history?type=buy")
    assert answer.status_code == 303
    assert answer["Location"] == "/sign-in?next=/history%3Ftype%3Dbuy"


def test_sign_out_tells_the_api_and_forgets(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/logout", None, 204)
    owner = vera.session["tokens"]
    assert vera.post("/sign-out").status_code == 303
    assert gateway.asked_for("POST /api/v1/auth/logout")[0].headers["Authorization"] == "Bearer access-1"
    assert cache.get(f"tokens:{owner}") is None
    assert vera.get("/cash").status_code == 303


def test_sign_out_works_here_even_if_the_api_is_down(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("POST /api/v1/auth/logout")
    assert vera.post("/sign-out").status_code == 303
    assert vera.get("/cash").status_code == 303


def test_a_revoked_session_is_told_so(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/orders", {"code": "session_revoked"}, 401)
    answer = vera.get("/orders", follow=True)
    assert answer.redirect_chain[0][0] == "/sign-in?next=/orders"
    assert "You were signed out. Please sign in again." in answer.content.decode()


def test_an_access_token_about_to_end_is_replaced(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(
        "POST /api/v1/auth/token/refresh", {**TOKENS, "access": "access-2", "refresh": "refresh-2"}
    )
    age_tokens(vera)
    vera.get("/orders")
    assert gateway.asked_for("POST /api/v1/auth/token/refresh")[0].body == {"refresh": "refresh-1"}
    assert gateway.asked_for("GET /api/v1/orders")[0].headers["Authorization"] == "Bearer access-2"


def test_parallel_requests_use_the_refresh_token_once(vera: Client, gateway: GatewayDouble) -> None:
    used: list[str] = []
    lock = threading.Lock()

    def refresh(asked: Asked) -> tuple[int, dict]:
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


def test_a_post_without_csrf_is_refused(gateway: GatewayDouble) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "vera", "password": "x"})
    assert answer.status_code == 403
    assert not gateway.asked


def test_the_language_is_remembered_and_told_to_the_profile(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("PATCH /api/v1/users/me", recorded("user"))
    answer = vera.post("/language", {"language": "ru", "next": "/cash"})
    assert answer["Location"] == "/cash"
    assert gateway.asked_for("PATCH /api/v1/users/me")[0].body == {"locale": "ru"}
    assert "Деньги" in vera.get("/cash").content.decode()
    assert "language" not in vera.post("/language", {"language": "xx"}).cookies


def test_what_redis_keeps_is_under_the_frontends_own_prefix(vera: Client, settings: Any) -> None:
    stored = redis.Redis.from_url(settings.REDIS_URL)
    key = f"cache:web:1:tokens:{vera.session['tokens']}"
    assert 0 < stored.ttl(key) <= settings.SESSION_COOKIE_AGE
    assert stored.exists(f"cache:web:1:django.contrib.sessions.cache{vera.session.session_key}")
