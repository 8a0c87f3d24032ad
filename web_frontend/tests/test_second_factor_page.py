"""The code at a sign-in, and /security/second-factor: without JavaScript, and as htmx asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from web_frontend.tests.conftest import TOKENS
from web_frontend.tests.gateway_double import GatewayDouble

FACTOR = "/api/v1/users/me/second-factor"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OFF = {
    "turned_on_at": None, "recovery_codes_left": 0, "obligatory": False, "new_secret": SECRET,
    "uri": f"otpauth://totp/Birzha%3Avera?secret={SECRET}&issuer=Birzha",
}  # fmt: skip
ON = {
    "turned_on_at": "2026-01-05T10:00:00Z", "recovery_codes_left": 7, "obligatory": False, "new_secret": None,
    "uri": None,
}  # fmt: skip
CODES = [f"abcd-efgh-ijkl-mno{number}" for number in range(2, 8)]
ASKED = {"code": "second_factor_required", "detail": "Enter the code.", "challenge": "signed:challenge"}
WRONG = {
    "code": "code_wrong", "detail": "The code is wrong.",
    "errors": [{"field": "code", "code": "code_wrong", "detail": "The code is wrong."}],
}  # fmt: skip
STEP_TWO = {"username": "vera", "challenge": "signed:challenge", "code": "123456", "next": "/cash"}


def test_the_second_page_asks_for_the_code(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token", ASKED, 401)
    answer = browser.post("/sign-in", {"username": "vera", "password": "x9-long-enough", "next": "/cash"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'action="/sign-in/code"' in page
    assert 'value="signed:challenge"' in page
    assert 'autocomplete="one-time-code"' in page
    assert 'name="next" value="/cash"' in page
    assert "x9-long-enough" not in page
    assert browser.get("/cash")["Location"].startswith("/sign-in")


def test_the_code_signs_in_and_goes_on(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token/second-factor", TOKENS)
    answer = browser.post("/sign-in/code", STEP_TWO)
    assert (answer.status_code, answer["Location"]) == (303, "/cash")
    (asked,) = gateway.requests_to("POST /api/v1/auth/token/second-factor")
    assert asked.body == {"challenge": "signed:challenge", "code": "123456"}
    assert "vera" in browser.get("/").content.decode()


def test_a_wrong_code_is_said_at_its_field_and_nothing_is_lost(
    browser: Client, gateway: GatewayDouble, htmx: Any
) -> None:
    gateway.answer("POST /api/v1/auth/token/second-factor", WRONG, 400)
    asked_by: tuple[dict[str, str], ...] = ({}, htmx("form"))
    for headers in asked_by:
        answer = browser.post("/sign-in/code", STEP_TWO, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert page.count("The code is wrong.") == 1
        assert 'aria-invalid="true"' in page
        assert 'value="signed:challenge"' in page


def test_too_late_one_begins_again_and_comes_to_the_same_place(
    browser: Client, gateway: GatewayDouble
) -> None:
    refused = {"code": "challenge_invalid", "detail": "The sign-in took too long."}
    gateway.answer("POST /api/v1/auth/token/second-factor", refused, 401)
    answer = browser.post("/sign-in/code", STEP_TWO)
    assert (answer.status_code, answer["Location"]) == (303, "/sign-in?next=/cash")
    assert "The sign-in took too long." in browser.get("/sign-in").content.decode()


def test_the_second_page_by_itself_is_the_beginning(browser: Client) -> None:
    assert browser.get("/sign-in/code")["Location"] == "/sign-in"
    assert browser.post("/sign-in/code", {"code": "1"})["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_code_does_not_lead_away(browser: Client, gateway: GatewayDouble, target: str) -> None:
    gateway.answer("POST /api/v1/auth/token/second-factor", TOKENS)
    assert browser.post("/sign-in/code", {**STEP_TWO, "next": target})["Location"] == "/portfolio"


def test_off_there_is_a_qr_code_without_a_foreign_request(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"GET {FACTOR}", OFF)
    answer = vera.get("/security/second-factor")
    page = answer.content.decode()
    grouped = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
    assert "<svg" in page
    assert 'style="' not in page
    assert f'<code id="secret">{grouped}</code>' in page
    assert "no-store" in answer["Cache-Control"]


def test_turned_on_the_recovery_codes_are_shown_this_once(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"POST {FACTOR}", {"recovery_codes": CODES}, 201)
    gateway.answer(f"GET {FACTOR}", ON)
    fields = {"do": "on", "secret": SECRET, "code": "123456", "password": " x9-long-enough "}
    page = vera.post("/security/second-factor", fields).content.decode()
    assert all(code in page for code in CODES)
    (asked,) = gateway.requests_to(f"POST {FACTOR}")
    assert asked.body == {"secret": SECRET, "code": "123456", "password": " x9-long-enough "}
    later = vera.get("/security/second-factor").content.decode()
    assert "Recovery codes left: 7" in later
    assert not [code for code in CODES if code in later]


def test_refused_it_shows_the_same_secret_again(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"POST {FACTOR}", WRONG, 400)
    gateway.answer(f"GET {FACTOR}", OFF)
    shown = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"
    fields = {"do": "on", "secret": shown, "code": "123456", "password": "x9-long-enough"}
    answer = vera.post("/security/second-factor", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "MFRG GZDF MZTW Q2LK MFRG GZDF MZTW Q2LK" in page  # to read
    assert page.count(shown) == 1  # and for the next try
    assert SECRET not in page
    assert "The code is wrong." in page
    assert "x9-long-enough" not in page


def test_a_secret_of_somebody_elses_making_is_not_shown(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"GET {FACTOR}", OFF)
    for forged in ("<script>", "x" * 31, "é" * 32, ""):
        page = vera.post(
            "/security/second-factor", {"do": "on", "secret": forged, "code": ""}
        ).content.decode()
        assert SECRET in page
        assert "<script>alert" not in page


@pytest.mark.parametrize(("do", "path"), [("off", f"{FACTOR}/off"), ("codes", f"{FACTOR}/recovery-codes")])
def test_on_each_button_does_its_own(vera: Client, gateway: GatewayDouble, do: str, path: str) -> None:
    gateway.answer(f"GET {FACTOR}", ON)
    gateway.answer(
        f"POST {path}", {"recovery_codes": CODES} if do == "codes" else None, 201 if do == "codes" else 204
    )
    fields = {"do": do, "code": CODES[0], "password": "x9-long-enough"}
    answer = vera.post("/security/second-factor", fields)
    (asked,) = gateway.requests_to(f"POST {path}")
    assert asked.body == {"code": CODES[0], "password": "x9-long-enough"}
    if do == "off":
        assert (answer.status_code, answer["Location"]) == (303, "/security")
    else:
        assert all(code in answer.content.decode() for code in CODES)


def test_where_it_is_required_there_is_no_way_to_turn_it_off(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"GET {FACTOR}", {**ON, "obligatory": True})
    page = vera.get("/security/second-factor").content.decode()
    assert 'value="off"' not in page
    assert "cannot turn it off" in page
