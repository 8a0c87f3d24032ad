"""Signing up, in and out; tokens stay on the server, and a refresh token is used once."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
import redis
import yaml
from django.core.cache import cache
from django.test import Client

from servicekit.contracts.user import PASSWORD_MAX
from servicekit.tests.server import administrator
from web_frontend.gateway_client import PAGE_S
from web_frontend.sessions import sign_outs, tokens
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


FORM = {"username": "vera", "email": "vera@example.com", "password": "x9-long-enough"}


def signed_up(**more: Any) -> dict[str, Any]:
    """The API's answer to a sign-up."""
    return {**recorded("user", username="vera"), "tokens": {**TOKENS, **more}}


def test_sign_up_is_one_request(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", signed_up(), 201)
    answer = browser.post("/sign-up", FORM, headers={"Accept-Language": "ru"})
    assert answer["Location"] == "/portfolio"
    assert gateway.asked_for("POST /api/v1/users")[0].body == {**FORM, "locale": "ru", "sign_in": True}
    assert not gateway.asked_for("POST /api/v1/auth/token")
    assert "vera" in browser.get("/").content.decode()


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("path", ["/sign-up", "/sign-in"])
def test_no_answer_is_said_in_the_form_and_pressing_again_goes_on(
    browser: Client, gateway: GatewayDouble, htmx: Any, path: str, status: int
) -> None:
    source = "POST /api/v1/users" if path == "/sign-up" else "POST /api/v1/auth/token"
    gateway.answer(source, {"code": "upstream_timeout"}, status)
    for headers in (htmx(), htmx("form")):
        answer = browser.post(path, FORM, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 503
        assert "Birzha did not answer" in page
        assert 'value="vera"' in page
        assert "x9-long-enough" not in page
    gateway.answer(source, signed_up() if path == "/sign-up" else TOKENS)  # 200: it was made the first time
    assert browser.post(path, FORM)["Location"] == "/portfolio"


def test_sign_up_that_is_limited_makes_nothing(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", {"code": "rate_limited", "detail": "Too many requests."}, 429)
    answer = browser.post("/sign-up", FORM)
    assert (answer.status_code, "Too many requests." in answer.content.decode()) == (422, True)
    assert "birzha_session" not in answer.cookies


@pytest.mark.parametrize("path", ["/sign-up", "/sign-in"])
def test_where_too_many_sign_in_the_form_says_so_and_when_to_press_again(
    browser: Client, gateway: GatewayDouble, path: str
) -> None:
    source = "POST /api/v1/users" if path == "/sign-up" else "POST /api/v1/auth/token"
    problem = {"code": "sign_in_busy", "detail": "Many people are signing in."}
    gateway.answer(source, problem, 503, Retry_After="2")
    answer = browser.post(path, FORM)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "Many people are signing in." in answer.content.decode()
    assert FORM["username"] in answer.content.decode()


@pytest.mark.parametrize("path", ["/sign-up", "/sign-in"])
def test_signing_in_over_a_session_ends_it(vera: Client, gateway: GatewayDouble, path: str) -> None:
    before, owner = vera.session.session_key, vera.session["tokens"]
    newer = {"access": "access-2", "refresh": "refresh-2"}
    gateway.answer("POST /api/v1/users", signed_up(**newer), 201)
    gateway.answer("POST /api/v1/auth/token", {**TOKENS, **newer})
    assert vera.post(path, FORM)["Location"] == "/portfolio"
    source = "POST /api/v1/users" if path == "/sign-up" else "POST /api/v1/auth/token"
    assert gateway.asked_for(source)[-1].body["replaces"] == "refresh-1"
    assert cache.get(f"tokens:{owner}") is None
    assert before
    assert not vera.session.exists(before)
    vera.get("/orders")
    assert gateway.asked_for("GET /api/v1/orders")[-1].headers["Authorization"] == "Bearer access-2"


def test_a_refused_sign_in_keeps_the_session(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token", recorded("credentials_refused"), 401)
    assert vera.post("/sign-in", FORM).status_code == 422
    assert vera.get("/cash").status_code == 200


@pytest.mark.parametrize(
    ("sent", "told"),
    [("Mozilla/5.0 (X11) Firefox/128.0", "Mozilla/5.0 (X11) Firefox/128.0"), ("", "birzha-pages"),
     ("x" * 500, "x" * 256), ("Br\u00f6wser", "Br?wser")],
)  # fmt: skip
def test_the_api_hears_which_browser_it_is(gateway: GatewayDouble, sent: str, told: str) -> None:
    Client(headers={"User-Agent": sent} if sent else {}).post("/sign-in", FORM)
    assert gateway.asked_for("POST /api/v1/auth/token")[0].headers["User-Agent"] == told


def test_passwords_have_one_bound_here_and_in_the_api(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", signed_up(), 201)
    longest = "p 7!" * (PASSWORD_MAX // 4)
    for path in ("/sign-up", "/sign-in"):
        assert browser.post(path, {**FORM, "password": longest}).status_code == 303
        assert gateway.asked[-1].body["password"] == longest
        assert browser.post(path, {**FORM, "password": longest + "x"}).status_code == 422
    assert browser.post("/sign-in", {**FORM, "password": "  kept  "}).status_code == 303
    assert gateway.asked[-1].body["password"] == "  kept  "


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


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    cache.delete_many([f"sign-outs:{number}" for number in range(sign_outs.BUCKETS)])


REVOKE = "POST /api/v1/auth/token/revoke"


def test_sign_out_tells_the_api_and_forgets(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(REVOKE, None, 204)
    owner = vera.session["tokens"]
    answer = vera.post("/sign-out", follow=True)
    assert "You are signed out." in answer.content.decode()
    assert gateway.asked_for(REVOKE)[0].body == {"refresh": "refresh-1"}
    assert cache.get(f"tokens:{owner}") is None
    assert vera.get("/cash").status_code == 303
    assert sign_outs.repeat() == 0


def test_a_sign_out_that_was_not_heard_is_told_until_it_is(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(REVOKE)
    page = vera.post("/sign-out", follow=True).content.decode()
    assert "as soon as it does, the session ends everywhere." in page
    assert "You are signed out.<" not in page
    assert vera.get("/cash").status_code == 303
    assert sign_outs.repeat() == 0  # it still does not answer
    gateway.answer(REVOKE, {"code": "rate_limited"}, 429)
    assert sign_outs.repeat() == 0
    gateway.answer(REVOKE, None, 204)
    assert sign_outs.repeat() == 1
    assert [asked.body for asked in gateway.asked_for(REVOKE)] == [{"refresh": "refresh-1"}] * 4
    assert sign_outs.repeat() == 0
    assert len(gateway.asked_for(REVOKE)) == 4


def test_it_is_told_in_russian_too(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(REVOKE)
    page = vera.post("/sign-out", follow=True, headers={"Accept-Language": "ru"}).content.decode()
    assert "В этом браузере вы вышли." in page


def test_many_that_were_not_heard_are_all_told_in_the_end(gateway: GatewayDouble) -> None:
    gateway.answer(REVOKE, None, 204)
    waiting = [f"refresh-{number}" for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sign_outs.keep, waiting))
    assert sign_outs.repeat() == 60
    assert sorted(asked.body["refresh"] for asked in gateway.asked_for(REVOKE)) == sorted(waiting)
    assert sign_outs.repeat() == 0


def test_what_waits_is_encrypted(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(REVOKE)
    vera.post("/sign-out")
    values = stored_by_the_pages().values()
    assert values
    assert b"refresh-1" not in b"".join(values)


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


def test_a_lost_answer_to_a_refresh_is_asked_for_again(vera: Client, gateway: GatewayDouble) -> None:
    """The service stands still for longer than a try, and answers the second one with the same pair."""
    asked: list[float] = []

    def refresh(request: Asked) -> tuple[int, dict]:
        asked.append(time.monotonic())
        if len(asked) == 1:
            time.sleep(7)
        return 200, {**TOKENS, "access": "access-2", "refresh": "refresh-2"}

    gateway.answer_by("POST /api/v1/auth/token/refresh", refresh)
    age_tokens(vera)

    assert vera.get("/orders").status_code == 200

    assert len(asked) == 2
    assert {request.body["refresh"] for request in gateway.asked_for("POST /api/v1/auth/token/refresh")} == {
        "refresh-1"
    }
    assert gateway.asked_for("GET /api/v1/orders")[0].headers["Authorization"] == "Bearer access-2"


def test_the_times_of_a_refresh_nest() -> None:
    all_tries = min(tokens.REFRESH_TIMEOUT_S * tokens.REFRESH_TRIES, PAGE_S) + 3  # to connect, for a place
    assert tokens.REFRESH_TIMEOUT_S < all_tries < tokens.LOCK_LIFE < 30
    assert tokens.WAIT < PAGE_S < load_limits()["page_try"]


def load_limits() -> dict[str, int]:
    """The gateway's own time-outs, in seconds."""
    file = Path(__file__).parents[2] / "gateway" / "gateway.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))["timeouts"]


def test_a_lock_that_ran_out_is_not_taken_from_its_next_owner(vera: Client, gateway: GatewayDouble) -> None:
    lock = f"refresh:{vera.session['tokens']}"

    def refresh(request: Asked) -> tuple[int, dict]:
        cache.set(lock, "another's", timeout=20)
        return 200, {**TOKENS, "access": "access-2"}

    gateway.answer_by("POST /api/v1/auth/token/refresh", refresh)
    age_tokens(vera)
    vera.get("/orders")
    assert cache.get(lock) == "another's"
    cache.delete(lock)


def stored_by_the_pages() -> dict[bytes, bytes]:
    """Every key in the sessions' server, with its value; the frontend itself may not list them."""
    client = administrator(decode_responses=False)
    return {key: client.get(key) for key in client.scan_iter()}


def test_redis_learns_neither_cookie_nor_token(
    browser: Client, gateway: GatewayDouble, settings: Any
) -> None:
    redis.Redis.from_url(settings.REDIS_URL).delete("cache:web:none", *stored_by_the_pages())
    browser.post("/sign-in", FORM)
    vera = browser
    cookie, owner = vera.cookies["birzha_session"].value, vera.session["tokens"]
    stored = stored_by_the_pages()
    assert len(stored) >= 2
    for key, value in stored.items():
        assert re.fullmatch(rb"cache:web:[0-9a-f]{64}", key)
        for secret in (cookie, owner, "access-1", "refresh-1", "vera", "tokens"):
            assert secret.encode() not in key + value
    client = redis.Redis.from_url(settings.REDIS_URL)
    assert all(0 < client.ttl(key) <= settings.SESSION_COOKIE_AGE for key in stored)


def test_a_value_that_was_not_encrypted_here_is_nobodys_session(vera: Client, settings: Any) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key, value in stored_by_the_pages().items():
        client.set(key, value[:-1] + bytes([value[-1] ^ 1]), ex=60)
    assert vera.get("/cash")["Location"] == "/sign-in?next=/cash"


def test_a_user_has_so_many_sessions_and_no_more(gateway: GatewayDouble, settings: Any) -> None:
    settings.SESSIONS_PER_USER = 3
    access = jwt.encode({"sub": str(uuid4())}, "x" * 32)
    gateway.answer("POST /api/v1/auth/token", {**TOKENS, "access": access})
    browsers = [Client() for _ in range(5)]
    before = len(stored_by_the_pages())
    for browser in browsers:
        browser.post("/sign-in", FORM)
    assert [browser.get("/cash").status_code for browser in browsers] == [303, 303, 200, 200, 200]
    assert len(stored_by_the_pages()) - before == 3 * 2 + 1
