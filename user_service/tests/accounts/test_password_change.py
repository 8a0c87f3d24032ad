"""POST /api/v1/users/me/password."""

from __future__ import annotations

import pytest

from servicekit.contracts.user import SecurityNoticed, SessionRevoked
from user_service.accounts.models import User
from user_service.accounts.services import operator_sign_in, user_register
from user_service.sessions.clients import Client
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/users/me/password"
NEW = "другой длинный пароль 7"

pytestmark = pytest.mark.django_db


def change(api, tokens, old=PASSWORD, new=NEW):
    return api(token=tokens.access).post(URL, {"old_password": old, "new_password": new})


def test_the_new_one_is_good_and_the_old_one_is_not(api, tokens):
    answer = change(api, tokens)
    assert (answer.status_code, answer.content) == (204, b"")
    for password, status in ((NEW, 200), (PASSWORD, 401)):
        assert (
            api().post("/api/v1/auth/token", {"username": "alice", "password": password}).status_code
            == status
        )


def test_all_other_sessions_end(api, tokens, published):
    others = [sign_in("alice") for _ in range(2)]
    change(api, tokens)
    assert api(token=tokens.access).get("/api/v1/users/me").status_code == 200
    assert api().post("/api/v1/auth/token/refresh", {"refresh": tokens.refresh}).status_code == 200
    for other in others:
        assert api(token=other.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
        assert api().post("/api/v1/auth/token/refresh", {"refresh": other.refresh}).status_code == 401
    assert len(published(SessionRevoked)) == 2
    assert [event.notice for event in published(SecurityNoticed)] == ["password_changed"]


def test_an_operators_admin_session_ends_too(api):
    user = user_register(username="operator1", email="op@example.org", password=PASSWORD, is_operator=True)
    granted = operator_sign_in(user=user, client=Client())
    change(api, sign_in("operator1"))
    assert api(token=granted.token).get("/api/v1/users/me").json()["code"] == "session_revoked"


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("wrong", NEW, "old_password", "password_wrong"),
        (PASSWORD, "birzha123", "new_password", "password_too_common"),
        (PASSWORD, "alice1999", "new_password", "password_too_similar"),
        (PASSWORD, "short", "new_password", "password_too_short"),
        (PASSWORD, None, "new_password", "null"),
        (PASSWORD, "x" * 1025, "new_password", "max_length"),
    ],
)
def test_what_is_refused_changes_nothing(api, tokens, old, new, field, code):
    sign_in("alice")
    before = User.objects.get().password
    answer = change(api, tokens, old, new)
    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == (field, code)
    assert User.objects.get().password == before
    assert Session.objects.filter(revoked_at=None).count() == 2


def test_what_is_wrong_with_both_is_said_at_once(api, tokens):
    answer = change(api, tokens, "wrong", "short")
    assert answer.status_code == 400
    assert {error["field"]: error["code"] for error in answer.json()["errors"]} == {
        "old_password": "password_wrong",
        "new_password": "password_too_short",
    }


def test_the_present_password_cannot_be_guessed_here(api, tokens):
    for _ in range(10):
        change(api, tokens, old="wrong")
    assert change(api, tokens).json()["code"] == "too_many_attempts"
