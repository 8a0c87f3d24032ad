"""Operators: the code at the admin's sign-in, and where it is required, the way to it before any page."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.test import Client

from servicekit.auth.tokens import decode
from servicekit.contracts.user import SessionRevoked
from user_service.accounts.models import User
from user_service.second_factor.models import SecondFactor
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD
from user_service.tests.second_factor.conftest import FACTOR

LOGIN, CODE, INDEX = "/admin/users/login/", "/admin/users/login/code/", "/admin/users/"
TOKEN = "/api/v1/auth/token"
CREDENTIALS = {"username": "operator", "password": PASSWORD}

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(monkeypatch) -> User:
    monkeypatch.setenv("BIRZHA_OPERATOR_USERNAME", "operator")
    monkeypatch.setenv("BIRZHA_OPERATOR_PASSWORD", PASSWORD)
    call_command("make_operator", verbosity=0)
    return User.objects.get(username="operator")


@pytest.fixture
def required(settings) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = True


@pytest.fixture
def enrolled(api, operator, app) -> list[str]:
    body = {"secret": app.secret, "code": app.code(), "password": PASSWORD}
    return list(api(operator.id).post(FACTOR, body).json()["recovery_codes"])


def hidden(page) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_the_code_is_asked_for_on_a_second_page(client, operator, app, enrolled):
    asked = client.post(f"{LOGIN}?next=/admin/trading/", CREDENTIALS)
    assert asked.status_code == 200
    assert "no-store" in asked["Cache-Control"]
    assert "birzha_operator" not in asked.cookies
    assert 'autocomplete="one-time-code"' in asked.content.decode()
    assert client.get(INDEX).status_code == 302

    wrong = client.post(CODE, {**hidden(asked), "code": "x"})
    assert "The code is wrong" in wrong.content.decode()
    assert "birzha_operator" not in wrong.cookies

    right = client.post(CODE, {**hidden(wrong), "code": app.wait()})
    assert (right.status_code, right["Location"]) == (302, "/admin/trading/")
    assert decode(right.cookies["birzha_operator"].value)["scope"] == "customer operator"
    assert client.get(INDEX).status_code == 200
    again = Client().post(CODE, {**hidden(wrong), "code": app.code()})
    assert "The code is wrong" in again.content.decode()


def test_the_second_page_leads_nowhere_else(client, operator, app, enrolled):
    asked = hidden(client.post(LOGIN, CREDENTIALS))
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", LOGIN):
        answer = client.post(CODE, {**asked, "next": elsewhere, "code": app.wait()})
        assert answer["Location"] == INDEX


def test_the_second_page_alone_is_the_beginning(client, operator):
    assert client.get(CODE)["Location"] == LOGIN
    for challenge in ("", "x", "é"):
        assert client.post(CODE, {"challenge": challenge, "code": "123456"})["Location"] == LOGIN
    assert Client(enforce_csrf_checks=True).post(CODE).status_code == 403


def test_required_it_is_turned_on_before_any_page(client, operator, app, required, published):
    page = client.post(LOGIN, CREDENTIALS)
    text = page.content.decode()
    assert "<svg" in text
    assert "birzha_operator" not in page.cookies
    assert client.get(INDEX).status_code == 302
    app.secret = hidden(page)["secret"]

    wrong = client.post(CODE, {**hidden(page), "code": "x"})
    assert hidden(wrong)["secret"] == app.secret  # the app has it already
    assert not SecondFactor.objects.exists()

    done = client.post(CODE, {**hidden(wrong), "code": app.code()})
    assert len(re.findall(r"<li><code>[a-z2-7-]{19}</code>", done.content.decode())) == 10
    assert "no-store" in done["Cache-Control"]
    assert client.get(INDEX).status_code == 200
    assert SecondFactor.objects.get().user_id == operator.pk
    late = Client().post(
        CODE, {**hidden(wrong), "code": app.code()}
    )  # by who knows the password and the secret
    assert "The code is wrong" in late.content.decode()
    assert hidden(Client().post(LOGIN, CREDENTIALS)).keys() == {"challenge", "next"}


def test_required_no_token_is_an_operators_without_it(client, api, operator, app, required):
    tokens = api().post(TOKEN, CREDENTIALS).json()
    assert decode(tokens["access"])["scope"] == "customer"
    renewed = api().post(f"{TOKEN}/refresh", {"refresh": tokens["refresh"]}).json()
    assert decode(renewed["access"])["scope"] == "customer"
    client.cookies["birzha_operator"] = renewed["access"]
    assert client.get(INDEX).status_code == 302
    body = {"secret": app.secret, "code": app.code(), "password": PASSWORD}
    assert api(token=renewed["access"]).post(FACTOR, body).status_code == 201
    with_code = api().post(TOKEN, {**CREDENTIALS, "code": app.wait()}).json()
    assert decode(with_code["access"])["scope"] == "customer operator"


def test_required_a_customer_needs_none(api, alice, required):
    assert api().post(TOKEN, {"username": "alice", "password": PASSWORD}).status_code == 200
    assert not api(alice.id).get(FACTOR).json()["obligatory"]


def test_required_an_operator_does_not_turn_it_off(api, operator, app, enrolled, required):
    assert api(operator.id).get(FACTOR).json()["obligatory"]
    answer = api(operator.id).post(f"{FACTOR}/off", {"code": app.wait(), "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "second_factor_obligatory")
    assert SecondFactor.objects.exists()


def test_the_start_signs_out_operators_who_lack_what_is_required_now(
    client, operator, alice, settings, published, api
):
    client.post(LOGIN, CREDENTIALS)
    api().post(TOKEN, {"username": "alice", "password": PASSWORD})
    call_command("require_second_factors")
    assert client.get(INDEX).status_code == 200
    settings.OPERATORS_NEED_SECOND_FACTOR = True
    call_command("require_second_factors")
    assert client.get(INDEX).status_code == 302
    assert len(published(SessionRevoked)) == 1
    assert Session.objects.get(user=operator).revoked_reason == "factor_missing"
    assert Session.objects.get(user=alice).revoked_at is None


def test_an_operator_resets_not_their_own(client, operator, app, enrolled):
    from servicekit.testing.admin import confirm

    asked = client.post(LOGIN, CREDENTIALS)
    client.post(CODE, {**hidden(asked), "code": app.wait()})
    answer = confirm(client, "reset_second_factor", operator)
    assert "Turn your own second factor off under Security" in answer.content.decode()
    assert SecondFactor.objects.exists()
