"""Operators sign in at the users' admin, for every service's admin."""

from __future__ import annotations

import time

import pytest
from django.core.management import call_command
from django.test import Client

from servicekit.audit.models import AuditEntry
from servicekit.auth.authentication import principal_of
from servicekit.auth.tokens import decode
from servicekit.contracts.user import SessionRevoked
from servicekit.testing.admin import confirm
from user_service.accounts.models import User
from user_service.accounts.services import user_disable
from user_service.api_keys.services import api_key_make
from user_service.sessions.models import Session
from user_service.tests.conftest import BY, PASSWORD

LOGIN, LOGOUT, INDEX = "/admin/users/login/", "/admin/users/logout/", "/admin/users/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(monkeypatch) -> User:
    monkeypatch.setenv("BIRZHA_OPERATOR_USERNAME", "operator")
    monkeypatch.setenv("BIRZHA_OPERATOR_PASSWORD", PASSWORD)
    call_command("make_operator", verbosity=0)
    return User.objects.get(username="operator")


def enter(client: Client, username: str = "operator", password: str = PASSWORD, query: str = ""):
    return client.post(LOGIN + query, {"username": username, "password": password})


def test_the_cookie(client, operator):
    assert client.get(INDEX).status_code == 302

    response = enter(client)

    assert (response.status_code, response["Location"]) == (302, INDEX)
    cookie = response.cookies["birzha_operator"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Strict", "/", "")
    claims = decode(cookie.value)
    assert claims["scope"] == "customer operator"
    assert claims["sub"] == str(operator.id)
    assert claims["sid"] == str(Session.objects.get().id)
    assert claims["exp"] == pytest.approx(time.time() + 8 * 3600, abs=30)
    assert client.get(INDEX).status_code == 200
    assert client.get(LOGIN)["Location"] == INDEX


def test_secure_behind_tls(client, operator, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert enter(client).cookies["birzha_operator"]["secure"]


@pytest.mark.parametrize("path", ["/admin/trading/", "/admin/billing/ledger/entry/?page=2"])
def test_back_to_where_one_came_from(client, operator, path):
    from urllib.parse import quote

    assert enter(client, query=f"?next={quote(path)}")["Location"] == path
    assert client.get(f"{LOGIN}?next={quote(path)}")["Location"] == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http://testserver/admin/users/",
        "javascript:alert(1)",
        LOGIN,
        LOGOUT,
    ],
)
def test_nowhere_else(client, operator, elsewhere):
    assert enter(client, query=f"?next={elsewhere}")["Location"] == INDEX
    assert client.get(f"{LOGIN}?next={elsewhere}")["Location"] == INDEX


@pytest.mark.parametrize(
    ("username", "password"), [("operator", "wrong"), ("nobody", PASSWORD), ("alice", PASSWORD)]
)
def test_not_for_others(client, operator, alice, username, password):
    response = enter(client, username, password)
    assert response.status_code == 200
    assert "birzha_operator" not in response.cookies
    assert client.get(INDEX).status_code == 302
    assert not Session.objects.exists()


def test_needs_the_csrf_token(operator):
    assert enter(Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_signing_out_ends_the_session(client, operator, published, method):
    token = enter(client).cookies["birzha_operator"].value

    response = getattr(client, method)(LOGOUT)

    assert (response.status_code, response["Location"]) == (302, LOGIN)
    assert response.cookies["birzha_operator"].value == ""
    session = Session.objects.get()
    assert session.revoked_reason == "signed_out"
    (event,) = published(SessionRevoked)
    assert event.session_id == session.id
    assert event.tokens_expire_at > session.expires_at
    client.cookies["birzha_operator"] = token  # kept by a thief
    assert client.get(INDEX).status_code == 302


def test_a_disabled_operator_is_out(client, operator):
    enter(client)
    user_disable(user_id=operator.id, **BY)
    assert client.get(INDEX).status_code == 302


def test_garbage_in_the_cookie(client, operator):
    client.cookies["birzha_operator"] = "garbage"
    assert client.get(INDEX).status_code == 302
    assert client.get(LOGOUT).status_code == 302


def test_the_pages(client, operator, alice):
    enter(client)
    for page in ("accounts/user/", f"accounts/user/{alice.pk}/change/", "user_sessions/session/"):
        response = client.get(INDEX + page)
        assert response.status_code == 200, page
        assert "argon2" not in response.content.decode()
    assert client.get(INDEX + "accounts/user/add/").status_code == 403
    answer = confirm(client, "disable", alice, operator, reason="sent spam")
    assert "You cannot disable yourself." in answer.content.decode()
    alice.refresh_from_db()
    operator.refresh_from_db()
    assert (alice.is_active, operator.is_active) == (False, True)
    assert confirm(client, "enable", alice, reason="she did not").status_code == 302
    assert confirm(client, "sign-out", alice, reason="lost her phone").status_code == 302
    assert confirm(client, "reset-link", alice, reason="she called").status_code == 302
    key = api_key_make(user_id=alice.pk, name="a bot", scopes=["read"]).row
    assert confirm(client, "revoke", key, reason="found in a repository").status_code == 302
    session = Session.objects.get()
    assert confirm(client, "end", session, reason="left open").status_code == 302
    session.refresh_from_db()
    assert session.revoked_reason == "by_operator"
    assert client.get(INDEX).status_code == 302
    trail = AuditEntry.objects.order_by("id").values_list("action", "actor_id", "actor_name", "reason")
    assert list(trail)[1:] == [  # the first made the operator
        ("user.disable", operator.pk, "operator", "sent spam"),
        ("user.enable", operator.pk, "operator", "she did not"),
        ("user.sign_out", operator.pk, "operator", "lost her phone"),
        ("user.reset_link", operator.pk, "operator", "she called"),
        ("api_key.revoke", operator.pk, "operator", "found in a repository"),
        ("session.end", operator.pk, "operator", "left open"),
    ]


def test_every_admin_shows_the_operators_name(client, operator):
    token = enter(client).cookies["birzha_operator"].value
    assert principal_of(token).name == "operator"


def test_the_admin_has_no_way_of_its_own_to_a_new_password(client, operator):
    """It would take any number of guesses at the present one and end no session."""
    enter(client)
    form = {
        "old_password": PASSWORD,
        "new_password1": "seven-yellow-pears",
        "new_password2": "seven-yellow-pears",
    }
    for answer in (client.get(f"{INDEX}password_change/"), client.post(f"{INDEX}password_change/", form)):
        assert (answer.status_code, answer["Location"]) == (302, "/security")
    assert User.objects.get().check_password(PASSWORD)
