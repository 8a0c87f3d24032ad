"""/security/api-keys: making a key, seeing it once, revoking it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble

PAGE = "/security/api-keys"
KEY = {
    "id": str(uuid4()), "name": "my bot", "scopes": ["read", "trade"], "hint": "birzha_Ab3x9",
    "created_at": "2026-01-05T10:00:00Z", "expires_at": None, "last_used_at": "2026-01-05T11:00:00Z",
    "last_used_address": "198.51.100.4",
}  # fmt: skip
UNUSED = {**KEY, "id": str(uuid4()), "name": "a sheet", "scopes": ["read"], "last_used_at": None}
TEXT = "birzha_Ab3x9and-the-rest"
FORM = {"name": "my bot", "may": "trade", "expires_in_days": "30"}


@pytest.fixture(autouse=True)
def keys(gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/users/me/api-keys", {"results": [KEY, UNUSED]})
    gateway.answer("GET /api/v1/users/me/sessions", {"results": []})
    gateway.answer("GET /api/v1/users/me/sign-ins", {"results": []})
    gateway.answer("POST /api/v1/users/me/api-keys", {**KEY, "key": TEXT}, 201)


def test_the_page_names_the_keys(vera: Client) -> None:
    page = vera.get(PAGE).content.decode()
    assert page.index("my bot") < page.index("may trade") < page.index("198.51.100.4") < page.index("a sheet")
    assert "never used" in page
    assert page.count("Revoke<") == 2
    assert f'href="{PAGE}"' in vera.get("/security").content.decode()
    in_russian = vera.get(PAGE, headers={"Accept-Language": "ru"}).content.decode()
    for words in ("Ключи API", "Название", "может торговать", "не использовался", "Отозвать"):
        assert words in in_russian


@pytest.mark.parametrize("fragment", [True, False])
def test_a_new_key_is_shown_this_once(
    vera: Client, gateway: GatewayDouble, htmx: Callable, fragment: bool
) -> None:
    page = vera.post(PAGE, FORM, headers=htmx("api-keys") if fragment else {}).content.decode()
    assert f'id="new-key">{TEXT}<' in page
    assert ("<html" in page) != fragment
    asked = gateway.requests_to("POST /api/v1/users/me/api-keys")[0].body
    assert asked == {"name": "my bot", "scopes": ["trade"], "expires_in_days": 30}
    assert TEXT not in vera.get(PAGE).content.decode()


def test_for_ever_is_no_number_of_days(vera: Client, gateway: GatewayDouble) -> None:
    vera.post(PAGE, {**FORM, "may": "read", "expires_in_days": ""})
    asked = gateway.requests_to("POST /api/v1/users/me/api-keys")[0].body
    assert asked == {"name": "my bot", "scopes": ["read"]}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"may": "operator"}, {"expires_in_days": "x"}, {"name": "x" * 65}]
)
def test_what_is_wrong_is_sent_to_nobody(vera: Client, gateway: GatewayDouble, wrong: dict[str, str]) -> None:
    answer = vera.post(PAGE, {**FORM, **wrong})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not gateway.requests_to("POST /api/v1/users/me/api-keys")


def test_a_refusal_is_said_in_the_form(vera: Client, gateway: GatewayDouble) -> None:
    problem = {"code": "too_many_api_keys", "detail": "You have 20 API keys.", "status": 409}
    gateway.answer("POST /api/v1/users/me/api-keys", problem, 409)
    answer = vera.post(PAGE, FORM)
    assert answer.status_code == 422
    assert "You have 20 API keys." in answer.content.decode()
    assert 'value="my bot"' in answer.content.decode()


@pytest.mark.parametrize("status", [204, 404])
def test_one_is_revoked(vera: Client, gateway: GatewayDouble, status: int) -> None:
    problem = None if status == 204 else {"code": "not_found", "detail": "?", "status": 404}
    gateway.answer(f"DELETE /api/v1/users/me/api-keys/{KEY['id']}", problem, status)
    answer = vera.post(f"{PAGE}/{KEY['id']}/revoke")
    assert (answer.status_code, answer["Location"]) == (303, PAGE)


def test_without_an_answer_the_page_says_so(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/users/me/api-keys")
    page = vera.get(PAGE).content.decode()
    assert "The keys could not be loaded" in page
    assert 'id="api-key-submit"' in page
