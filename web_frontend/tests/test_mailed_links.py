"""The e-mail under /security, and the pages that mailed links lead to: /confirm-email, /reset-password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded

PROFILE, CHANGE = "GET /api/v1/users/me", "POST /api/v1/users/me/email"
RESEND, CONFIRM = "POST /api/v1/users/me/email/confirmation", "POST /api/v1/auth/email-confirmation"
FORGOT, RESET = "POST /api/v1/auth/password-reset", "POST /api/v1/auth/password-reset/confirm"
WANTED = {"email": "new@example.com", "password": "x9-long-enough"}


@pytest.fixture(autouse=True)
def profile(gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/users/me/sessions", {"results": []})
    gateway.answer("GET /api/v1/users/me/sign-ins", {"results": []})
    gateway.answer(PROFILE, recorded("user", email="vera@example.com"))


def refusal(code: str, field: str = "") -> dict:
    errors = {"errors": [{"field": field, "code": code, "detail": "Not so."}]} if field else {}
    return {"code": code, "detail": "Not so.", **errors}


# ── Under /security ─────────────────────────────────────────────────────────────────────────────


def test_what_is_not_confirmed_can_be_mailed_again(vera: Client, gateway: GatewayDouble) -> None:
    page = vera.get("/security").content.decode()
    assert "vera@example.com" in page
    assert '<span class="pill pill-warning">not confirmed</span>' in page
    assert "Follow the link that we emailed to this address." in page
    assert 'id="email-resend"' in page
    gateway.answer(RESEND, None, 202)
    assert vera.post("/security/email/resend")["Location"] == "/security"
    assert "We emailed the link again." in vera.get("/security").content.decode()
    gateway.answer(RESEND, refusal("link_quota_exceeded"), 429)
    vera.post("/security/email/resend")
    assert "Not so." in vera.get("/security").content.decode()


def test_what_is_confirmed_needs_no_button(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(PROFILE, recorded("user", email_confirmed=True, email_wanted="new@example.com"))
    page = vera.get("/security").content.decode()
    assert "not confirmed" not in page
    assert "email-resend" not in page
    assert "It becomes new@example.com" in page
    russian = vera.get("/security", headers={"Accept-Language": "ru"}).content.decode()
    assert "подтверждена" in russian
    assert "Почта сменится на\xa0new@example.com" in russian


def test_another_address_is_asked_for_with_the_password(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(CHANGE, recorded("user", email_wanted="new@example.com"), 202)
    assert vera.post("/security/email", WANTED)["Location"] == "/security"
    assert gateway.requests_to(CHANGE)[0].body == WANTED
    assert "We emailed a link to new@example.com." in vera.get("/security").content.decode()


@pytest.mark.parametrize("field", ["email", "password"])
def test_a_refusal_stands_at_its_field(
    vera: Client, gateway: GatewayDouble, htmx: Callable, field: str
) -> None:
    gateway.answer(CHANGE, refusal("x", field), 400)
    part = vera.post("/security/email", WANTED, headers=htmx("email"))
    assert part.status_code == 422
    assert f'id="email-{field}_error">Not so.' in part.content.decode()
    assert "<h1>" not in part.content.decode()
    whole = vera.post("/security/email", WANTED).content.decode()
    assert f'id="email-{field}_error">Not so.' in whole
    assert "<h1>Security</h1>" in whole
    assert WANTED["password"] not in whole


def test_the_page_stands_without_the_profile(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(PROFILE)
    page = vera.get("/security").content.decode()
    assert "Your e-mail could not be loaded" in page
    assert 'id="password-submit"' in page


def test_nobody_is_sent_to_sign_in(browser: Client, gateway: GatewayDouble) -> None:
    for path in ("/security/email", "/security/email/resend"):
        assert browser.post(path, WANTED)["Location"].startswith("/sign-in")
    assert not gateway.requests_to(CHANGE)
    assert not gateway.requests_to(RESEND)


# ── Where links lead ────────────────────────────────────────────────────────────────────────────


def test_a_link_is_looked_at_without_being_used(browser: Client, gateway: GatewayDouble) -> None:
    for path in ("/confirm-email", "/reset-password"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert 'name="token"' in answer.content.decode()  # whoever has no JavaScript pastes it
        assert "no-store" in answer["Cache-Control"]
    assert (
        'get a new link under <a href="/security">' in browser.get("/confirm-email").content.decode().lower()
    )
    assert "This signs you out everywhere" in browser.get("/reset-password").content.decode()
    assert not gateway.requests_to(CONFIRM)
    assert not gateway.requests_to(RESET)


def test_confirming(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer(CONFIRM, {"email": "vera@example.com"})
    assert browser.post("/confirm-email", {"token": "abc"})["Location"] == "/sign-in"
    asked = gateway.requests_to(CONFIRM)[0]
    assert asked.body == {"token": "abc"}
    assert "Authorization" not in asked.headers
    assert "vera@example.com is confirmed." in browser.get("/sign-in").content.decode()


def test_confirming_while_signed_in(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(CONFIRM, {"email": "vera@example.com"})
    assert vera.post("/confirm-email", {"token": "abc"})["Location"] == "/security"


@pytest.mark.parametrize(("path", "call"), [("/confirm-email", CONFIRM), ("/reset-password", RESET)])
def test_one_that_does_not_work_says_so(
    browser: Client, gateway: GatewayDouble, htmx: Callable, path: str, call: str
) -> None:
    gateway.answer(call, refusal("link_invalid", "token"), 400)
    answer = browser.post(path, {"token": "abc", "new_password": "another long 5"}, headers=htmx())
    assert answer.status_code == 422
    assert 'id="' in answer.content.decode()
    assert "Not so." in answer.content.decode()
    assert "another long 5" not in answer.content.decode()
    empty = browser.post(path, {"token": ""})
    assert empty.status_code == 422


def test_a_forgotten_password(browser: Client, gateway: GatewayDouble) -> None:
    assert 'href="/forgot-password"' in browser.get("/sign-in").content.decode()
    assert 'name="email"' in browser.get("/forgot-password").content.decode()
    gateway.answer(FORGOT, None, 202)
    said = browser.post("/forgot-password", {"email": "vera@example.com"}).content.decode()
    assert "If there is an account with the address vera@example.com" in said
    asked = gateway.requests_to(FORGOT)[0]
    assert asked.body == {"email": "vera@example.com"}
    assert "Authorization" not in asked.headers
    gateway.answer(FORGOT, refusal("reset_quota_exceeded"), 429)
    refused = browser.post("/forgot-password", {"email": "vera@example.com"})
    assert (refused.status_code, "Not so." in refused.content.decode()) == (422, True)


def test_a_new_password(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer(RESET, None, 204)
    form = {"token": "abc", "new_password": "  another, long enough 5  "}
    assert browser.post("/reset-password", form)["Location"] == "/sign-in"
    assert gateway.requests_to(RESET)[0].body == form
    assert "The new password is set." in browser.get("/sign-in").content.decode()


def test_a_busy_service_says_so_in_the_form(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer(RESET, refusal("sign_in_busy"), 503)
    answer = browser.post("/reset-password", {"token": "abc", "new_password": "another long 5"})
    assert (answer.status_code, "Not so." in answer.content.decode()) == (422, True)
