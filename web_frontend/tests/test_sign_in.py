"""Signing up and in: what the form says, where one comes next, and that tokens stay on the server."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from servicekit.contracts.user import PASSWORD_MAX
from web_frontend.tests.conftest import SIGN_UP, TOKENS
from web_frontend.tests.gateway_double import GatewayDouble, recorded


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


def test_a_wrong_password_is_reported_above_the_form(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token", recorded("credentials_refused"), 401)
    answer = browser.post("/sign-in", {"username": "vera", "password": "not-hers"})
    assert answer.status_code == 422
    assert recorded("credentials_refused")["detail"] in answer.content.decode()
    assert "not-hers" not in answer.content.decode()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_does_not_lead_away(browser: Client, target: str) -> None:
    answer = browser.post("/sign-in", {"username": "vera", "password": "x", "next": target})
    assert answer["Location"] == "/portfolio"


def signed_up(**more: Any) -> dict[str, Any]:
    """The API's answer to a sign-up."""
    return {**recorded("user", username="vera"), "tokens": {**TOKENS, **more}}


def test_sign_up_is_one_request(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", signed_up(), 201)
    answer = browser.post("/sign-up", SIGN_UP, headers={"Accept-Language": "ru"})
    assert answer["Location"] == "/portfolio"
    assert gateway.requests_to("POST /api/v1/users")[0].body == {**SIGN_UP, "locale": "ru", "sign_in": True}
    assert not gateway.requests_to("POST /api/v1/auth/token")
    assert "vera" in browser.get("/").content.decode()


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("path", ["/sign-up", "/sign-in"])
def test_no_answer_is_said_in_the_form_and_pressing_again_goes_on(
    browser: Client, gateway: GatewayDouble, htmx: Any, path: str, status: int
) -> None:
    source = "POST /api/v1/users" if path == "/sign-up" else "POST /api/v1/auth/token"
    gateway.answer(source, {"code": "upstream_timeout"}, status)
    for headers in (htmx(), htmx("form")):
        answer = browser.post(path, SIGN_UP, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 503
        assert "Birzha did not answer" in page
        assert 'value="vera"' in page
        assert "x9-long-enough" not in page
    gateway.answer(source, signed_up() if path == "/sign-up" else TOKENS)  # 200: it was made the first time
    assert browser.post(path, SIGN_UP)["Location"] == "/portfolio"


def test_sign_up_that_is_limited_makes_nothing(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", {"code": "rate_limited", "detail": "Too many requests."}, 429)
    answer = browser.post("/sign-up", SIGN_UP)
    assert (answer.status_code, "Too many requests." in answer.content.decode()) == (422, True)
    assert "birzha_session" not in answer.cookies


@pytest.mark.parametrize("path", ["/sign-up", "/sign-in"])
def test_where_too_many_sign_in_the_form_says_so_and_when_to_press_again(
    browser: Client, gateway: GatewayDouble, path: str
) -> None:
    source = "POST /api/v1/users" if path == "/sign-up" else "POST /api/v1/auth/token"
    problem = {"code": "sign_in_busy", "detail": "Many people are signing in."}
    gateway.answer(source, problem, 503, Retry_After="2")
    answer = browser.post(path, SIGN_UP)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "Many people are signing in." in answer.content.decode()
    assert SIGN_UP["username"] in answer.content.decode()


@pytest.mark.parametrize("path", ["/sign-up", "/sign-in"])
def test_signing_in_over_a_session_ends_it(vera: Client, gateway: GatewayDouble, path: str) -> None:
    before, owner = vera.session.session_key, vera.session["tokens"]
    newer = {"access": "access-2", "refresh": "refresh-2"}
    gateway.answer("POST /api/v1/users", signed_up(**newer), 201)
    gateway.answer("POST /api/v1/auth/token", {**TOKENS, **newer})
    assert vera.post(path, SIGN_UP)["Location"] == "/portfolio"
    source = "POST /api/v1/users" if path == "/sign-up" else "POST /api/v1/auth/token"
    assert gateway.requests_to(source)[-1].body["replaces"] == "refresh-1"
    assert cache.get(f"tokens:{owner}") is None
    assert before
    assert not vera.session.exists(before)
    vera.get("/orders")
    assert gateway.requests_to("GET /api/v1/orders")[-1].headers["Authorization"] == "Bearer access-2"


def test_a_refused_sign_in_keeps_the_session(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token", recorded("credentials_refused"), 401)
    assert vera.post("/sign-in", SIGN_UP).status_code == 422
    assert vera.get("/cash").status_code == 200


@pytest.mark.parametrize(
    ("sent", "device"),
    [("Mozilla/5.0 (X11) Firefox/128.0", "Mozilla/5.0 (X11) Firefox/128.0"), ("", "birzha-pages"),
     ("x" * 500, "x" * 256), ("Br\u00f6wser", "Br?wser")],
)  # fmt: skip
def test_the_api_learns_which_browser_it_is(gateway: GatewayDouble, sent: str, device: str) -> None:
    Client(headers={"User-Agent": sent} if sent else {}).post("/sign-in", SIGN_UP)
    assert gateway.requests_to("POST /api/v1/auth/token")[0].headers["User-Agent"] == device


def test_passwords_have_one_bound_here_and_in_the_api(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users", signed_up(), 201)
    longest = "p 7!" * (PASSWORD_MAX // 4)
    for path, asked in (("/sign-up", "POST /api/v1/users"), ("/sign-in", "POST /api/v1/auth/token")):
        assert browser.post(path, {**SIGN_UP, "password": longest}).status_code == 303
        assert gateway.requests_to(asked)[-1].body["password"] == longest
    assert browser.post("/sign-in", {**SIGN_UP, "password": longest + "x"}).status_code == 422
    assert browser.post("/sign-in", {**SIGN_UP, "password": "  kept  "}).status_code == 303
    assert gateway.requests_to("POST /api/v1/auth/token")[-1].body["password"] == "  kept  "


def test_what_is_wrong_with_a_sign_up_is_said_at_once_by_the_api(
    browser: Client, gateway: GatewayDouble
) -> None:
    """Were the form to look first, what only the API knows would be said after that was mended."""
    errors = [{"field": name, "code": "wrong", "detail": f"Wrong {name}."} for name in SIGN_UP]
    gateway.answer("POST /api/v1/users", {**recorded("user_refused"), "errors": errors}, 400)
    answer = browser.post("/sign-up", {"username": "", "email": "no mail", "password": ""})
    assert answer.status_code == 422
    assert [name for name in SIGN_UP if f"Wrong {name}." not in answer.content.decode()] == []


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


def test_a_post_without_csrf_is_refused(gateway: GatewayDouble) -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "vera", "password": "x"})
    assert answer.status_code == 403
    assert "Go back, reload the page" in answer.content.decode()  # this page anew would send it again
    assert not gateway.requests


def test_the_language_is_remembered_and_kept_in_the_profile(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("PATCH /api/v1/users/me", recorded("user"))
    answer = vera.post("/language", {"language": "ru", "next": "/cash"})
    assert answer["Location"] == "/cash"
    assert gateway.requests_to("PATCH /api/v1/users/me")[0].body == {"locale": "ru"}
    assert "Деньги" in vera.get("/cash").content.decode()
    assert "language" not in vera.post("/language", {"language": "xx"}).cookies
