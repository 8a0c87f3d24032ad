"""/security: changing the password, and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble

FORM = {"old_password": "x9-long-enough", "new_password": "  another, long enough 5  "}
HERE = {
    "id": str(uuid4()), "browser": "Firefox on Windows", "address": "198.51.100.4", "current": True,
    "created_at": "2026-01-05T10:00:00Z", "last_seen_at": "2026-01-05T11:00:00Z",
    "expires_at": "2026-01-19T11:00:00Z",
}  # fmt: skip
THERE = {**HERE, "id": str(uuid4()), "browser": "Safari on iPhone", "current": False}

CAME = {
    "id": str(uuid4()), "outcome": "signed_in", "method": "token", "count": 1, "browser": "Safari on iPhone",
    "address": "203.0.113.5", "new_device": True, "new_address": True, "last_at": "2026-01-05T11:00:00Z",
}  # fmt: skip
FAILED = {**CAME, "outcome": "wrong_password", "count": 37, "browser": "curl 8.5.0", "new_device": False}


@pytest.fixture(autouse=True)
def sessions(gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/users/me/sessions", {"results": [HERE, THERE]})
    gateway.answer("GET /api/v1/users/me/sign-ins", {"results": [CAME, FAILED]})


def test_the_page_names_the_places(vera: Client) -> None:
    page = vera.get("/security").content.decode()
    assert page.index("This browser") < page.index("Firefox on Windows") < page.index("Safari on iPhone")
    assert page.count("Sign out there") == 1
    assert page.index("active now") < page.index("Safari on iPhone") < page.index("last seen <time")
    for heading in ("Password", "Second factor", "API keys", "E-mail"):
        assert f"<h2>{heading}</h2>" in page
    assert 'href="/security/second-factor"' in page
    assert 'href="/security"' in vera.get("/cash").content.decode()


def test_who_came_in_and_who_was_refused_is_shown(vera: Client) -> None:
    page = vera.get("/security").content.decode()
    section = page[page.index("Latest sign-ins") :]
    assert section.index("New device") < section.index("Signed in") < section.index("Wrong password × 37")
    assert "203.0.113.5" in section
    in_russian = vera.get("/security", headers={"Accept-Language": "ru"}).content.decode()
    assert "Последние входы" in in_russian
    assert "Неверный пароль × 37" in in_russian


def test_the_password_is_sent_as_typed(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users/me/password", None, 204)
    answer = vera.post("/security", FORM)
    assert (answer.status_code, answer["Location"]) == (303, "/security")
    assert gateway.requests_to("POST /api/v1/users/me/password")[0].body == FORM
    assert "The password is changed." in vera.get("/security").content.decode()


@pytest.mark.parametrize("field", ["old_password", "new_password"])
def test_a_refusal_stands_at_its_field(
    vera: Client, gateway: GatewayDouble, htmx: Callable, field: str
) -> None:
    error = {"field": field, "code": "x", "detail": "Not this one."}
    problem = {"code": "x", "detail": "Not this one.", "errors": [error]}
    gateway.answer("POST /api/v1/users/me/password", problem, 400)
    page = vera.post("/security", FORM, headers=htmx("password"))
    assert page.status_code == 422
    assert f'id="password-{field}_error">Not this one.' in page.content.decode()
    assert "long enough" not in page.content.decode()
    whole = vera.post("/security", FORM)
    assert "Firefox on Windows" in whole.content.decode()


def test_too_many_wrong_ones_are_reported_above_the_form(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/users/me/password", {"code": "too_many_attempts", "detail": "Wait."}, 429)
    answer = vera.post("/security", FORM)
    assert (answer.status_code, "Wait." in answer.content.decode()) == (422, True)


def test_one_signs_out_there(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(f"DELETE /api/v1/users/me/sessions/{THERE['id']}", None, 204)
    assert vera.post(f"/security/sessions/{THERE['id']}/end")["Location"] == "/security"
    assert len(gateway.requests_to(f"DELETE /api/v1/users/me/sessions/{THERE['id']}")) == 1
    assert vera.post(f"/security/sessions/{uuid4()}/end")["Location"] == "/security"  # it has ended


def test_a_source_that_is_down_says_so(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/users/me/sessions")
    gateway.down("GET /api/v1/users/me/sign-ins")
    page = vera.get("/security").content.decode()
    assert "The sessions could not be loaded" in page
    assert "The sign-ins could not be loaded" in page
    assert "New password" in page


def test_nobody_is_sent_to_sign_in(browser: Client) -> None:
    for answer in (browser.get("/security"), browser.post(f"/security/sessions/{uuid4()}/end")):
        assert answer["Location"].startswith("/sign-in")
