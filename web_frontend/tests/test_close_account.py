"""/security/close-account: asked for with the password, watched, and the end of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble

PAGE, API = "/security/close-account", "/api/v1/users/me/closing"
FACTOR = "/api/v1/users/me/second-factor"
ID = str(uuid4())
PENDING: dict[str, Any] = {
    "id": ID, "state": "pending", "requested_at": "2026-01-05T10:00:00Z", "decided_at": None, "reasons": [],
}  # fmt: skip
REFUSED = {
    **PENDING, "state": "refused", "decided_at": "2026-01-05T10:00:01Z",
    "reasons": [
        {"code": "cash_left", "detail": "There is $5.00 in your account. Withdraw it first."},
        {"code": "positions_left", "detail": "You hold units of 1 instrument. Sell them first."},
        {"code": "account_frozen", "detail": "Your account is frozen while it is being checked."},
    ],
}  # fmt: skip
WATCHED = f"{PAGE}?closing={ID}"
NOBODY = {"code": "session_revoked", "status": 401, "title": "ended", "detail": "This session has ended."}


@pytest.fixture(autouse=True)
def never_asked(gateway: GatewayDouble) -> None:
    gateway.answer(f"GET {API}", {"code": "closing_not_found", "status": 404, "detail": "no"}, 404)
    gateway.answer(f"GET {FACTOR}", {"turned_on_at": None})


def test_the_page_says_what_it_means_and_the_security_page_leads_to_it(vera: Client) -> None:
    page = vera.get(PAGE).content.decode()
    assert "nobody else can have your name" in page
    assert f'action="{PAGE}"' in page
    for way in (
        '/orders?show=open">Cancel your open orders',
        '/portfolio">Sell what',
        '/cash">Withdraw your',
    ):
        assert f'href="{way}' in page
    assert "Ваш аккаунт" not in page
    assert "Закрыть аккаунт навсегда" in vera.get(PAGE, headers={"Accept-Language": "ru"}).content.decode()


def test_who_is_not_signed_in_signs_in_first(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith("/sign-in?")


def test_it_is_asked_for_with_the_password_and_looked_after(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"POST {API}", PENDING, 202)
    assert vera.post(PAGE, {"password": ""}).status_code == 422
    answer = vera.post(PAGE, {"password": " as typed "})
    assert (answer.status_code, answer["Location"]) == (303, WATCHED)
    assert gateway.requests_to(f"POST {API}")[0].body == {"password": " as typed ", "code": ""}
    gateway.answer(f"GET {API}", PENDING)
    page = vera.get(WATCHED).content.decode()
    assert "every 1s" in page
    assert f'hx-get="{WATCHED}"' in page
    assert f'<a href="{WATCHED}">' in page
    assert "Close the account for good" not in page


def test_a_wrong_password_stands_at_its_field(vera: Client, gateway: GatewayDouble) -> None:
    errors = [{"field": "password", "code": "password_wrong", "detail": "This is not your current password."}]
    gateway.answer(f"POST {API}", {"code": "validation_failed", "detail": "no", "errors": errors}, 400)
    answer = vera.post(PAGE, {"password": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "This is not your current password." in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("sent", [False, True])
def test_a_code_is_asked_of_who_has_a_second_factor(vera: Client, gateway: GatewayDouble, sent: bool) -> None:
    def page() -> str:
        return (vera.post(PAGE, {"password": ""}) if sent else vera.get(PAGE)).content.decode()

    assert 'name="code"' not in page()
    gateway.answer(f"GET {FACTOR}", {"turned_on_at": "2026-01-05T10:00:00Z"})
    assert 'name="code"' in page()
    gateway.down(f"GET {FACTOR}")
    assert 'name="code"' in page()


def test_a_code_that_is_missing_after_all_can_be_typed(vera: Client, gateway: GatewayDouble) -> None:
    """The second factor was turned on elsewhere meanwhile."""
    errors = [{"field": "code", "code": "code_wrong", "detail": "This code is not valid."}]
    gateway.answer(f"POST {API}", {"code": "validation_failed", "detail": "no", "errors": errors}, 400)
    page = vera.post(PAGE, {"password": "x"}).content.decode()
    assert 'name="code"' in page
    assert "This code is not valid." in page


def test_each_reason_leads_to_its_way_out(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"GET {API}", REFUSED)
    page = vera.get(PAGE).content.decode()
    assert '<a href="/cash">There is $5.00 in your account. Withdraw it first.</a>' in page
    assert '<a href="/portfolio">You hold units of 1 instrument. Sell them first.</a>' in page
    assert "<li>Your account is frozen while it is being checked.</li>" in page
    assert "Close the account for good" in page
    assert "Cancel your open orders" not in page  # the reasons say what is left


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("noticed_by", ["this page", "another page"])
def test_the_end_is_told_and_the_browser_is_signed_out(
    vera: Client, gateway: GatewayDouble, htmx: bool, noticed_by: str
) -> None:
    gateway.answer(f"GET {API}", NOBODY, 401)
    gateway.answer(f"GET /api/v1/users/closings/{ID}", {"state": "closed"})
    if noticed_by == "another page":  # one of theirs that asks by itself
        gateway.answer("GET /api/v1/orders", NOBODY, 401)
        assert vera.get("/orders")["Location"].startswith("/sign-in?")
    answer = vera.get(WATCHED, headers={"HX-Request": "true"} if htmx else {})
    if htmx:
        assert answer["HX-Redirect"] == "/account-closed"
        answer = vera.get("/account-closed")
    assert "Your account is closed" in answer.content.decode()
    assert vera.get(PAGE)["Location"].startswith("/sign-in?")


@pytest.mark.parametrize("htmx", [False, True])
def test_it_is_told_to_who_asks_before_the_tokens_are_refused(
    vera: Client, gateway: GatewayDouble, htmx: bool
) -> None:
    gateway.answer(f"GET {API}", {**PENDING, "state": "closed"})
    answer = vera.get(WATCHED, headers={"HX-Request": "true"} if htmx else {})
    if htmx:
        assert answer["HX-Redirect"] == "/account-closed"
    else:
        assert "Your account is closed" in answer.content.decode()
    assert vera.get(PAGE)["Location"].startswith("/sign-in?")


@pytest.mark.parametrize("htmx", [False, True])
def test_it_is_looked_after_when_the_tokens_are_refused_before_it_has_come_true(
    vera: Client, gateway: GatewayDouble, htmx: bool
) -> None:
    gateway.answer(f"GET {API}", NOBODY, 401)
    for state in ("pending", "pending", "closed"):
        gateway.answer(f"GET /api/v1/users/closings/{ID}", {"state": state})
        answer = vera.get(WATCHED, headers={"HX-Request": "true"} if htmx else {})
        assert (f'<a href="{WATCHED}">' in answer.content.decode()) == (state == "pending")
    if not htmx:
        assert "Your account is closed" in answer.content.decode()


@pytest.mark.parametrize("address", [WATCHED, PAGE, f"{PAGE}?closing=x"])
def test_a_session_that_ended_otherwise_is_no_closed_account(
    vera: Client, gateway: GatewayDouble, address: str
) -> None:
    gateway.answer(f"GET {API}", NOBODY, 401)
    gateway.answer(f"GET /api/v1/users/closings/{ID}", {"state": "refused"})
    for _ in range(2):
        assert vera.get(address)["Location"].startswith("/sign-in?")
