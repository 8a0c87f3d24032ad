"""Signing up with a session: one step, and the same again for who lost the answer."""

from __future__ import annotations

import pytest

from servicekit.contracts.user import AccountRegistered, SessionRevoked
from servicekit.testing.threads import at_once
from user_service.accounts.models import User
from user_service.accounts.services import user_disable, user_register
from user_service.sessions.models import Session
from user_service.tests.conftest import BY, PASSWORD, sign_in

URL = "/api/v1/users"
BOB = {"username": "bob_1", "email": "Bob@example.org", "password": PASSWORD, "sign_in": True}

pytestmark = pytest.mark.django_db


def test_the_answer_has_the_account_and_tokens(api, published):
    answer = api(user_agent="Firefox", x_forwarded_for="198.51.100.4").post(URL, BOB)
    assert answer.status_code == 201
    assert answer["Location"] == "/api/v1/users/me"
    assert answer["Cache-Control"] == "no-store"
    tokens = answer.json()["tokens"]
    assert set(tokens) == {"access", "refresh", "token_type", "expires_in"}
    assert api(token=tokens["access"]).get("/api/v1/users/me").json()["username"] == "bob_1"
    session = Session.objects.get()
    assert (session.user_agent, session.ip) == ("Firefox", "198.51.100.4")
    assert len(published(AccountRegistered)) == 1


def test_without_a_request_for_one_there_is_no_session(api):
    for body in ({**BOB, "sign_in": False}, {key: BOB[key] for key in ("username", "email", "password")}):
        User.objects.all().delete()
        answer = api().post(URL, body)
        assert (answer.status_code, "tokens" in answer.json()) == (201, False)
    assert not Session.objects.exists()


def test_who_lost_the_answer_sends_the_same_again(api, published):
    first = api().post(URL, BOB).json()
    again = api().post(URL, {**BOB, "username": "BOB_1", "email": "bob@EXAMPLE.org"})
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert api(token=again.json()["tokens"]["access"]).get("/api/v1/users/me").status_code == 200
    assert len(published(AccountRegistered)) == 1


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"password": PASSWORD + "x"}, {"username", "email"}),
        ({"email": "other@example.org"}, {"username"}),
        ({"username": "other"}, {"email"}),
    ],
)
def test_anybody_else_is_refused_with_what_is_taken(api, change, fields):
    api().post(URL, BOB)
    answer = api().post(URL, {**BOB, **change})
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert Session.objects.count() == 1


def test_a_disabled_user_does_not_come_in_by_signing_up(api):
    api().post(URL, BOB)
    user_disable(user_id=User.objects.get().id, **BY)
    assert api().post(URL, BOB).status_code == 400


def test_an_operator_does_not_come_in_by_signing_up(api):
    user_register(username="bob_1", email="bob@example.org", password=PASSWORD, is_operator=True)
    assert api().post(URL, BOB).status_code == 400
    assert not Session.objects.exists()


def test_passwords_cannot_be_guessed_by_signing_up(api):
    api().post(URL, BOB)
    for guess in range(12):
        assert api().post(URL, {**BOB, "password": f"{PASSWORD}{guess}"}).status_code == 400
    assert api().post(URL, BOB).status_code == 400  # right, and still told nothing: the wait is not over


@pytest.mark.parametrize("value", ["true", 1, None, "yes"])
def test_sign_in_is_true_or_false(api, value):
    assert api().post(URL, {**BOB, "sign_in": value}).status_code == 400
    assert not User.objects.exists()


def test_the_session_before_ends(api, alice, published):
    before = sign_in("alice")
    after = api().post(URL, {**BOB, "replaces": before.refresh})
    assert after.status_code == 201
    assert api(token=before.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
    assert [event.user_id for event in published(SessionRevoked)] == [alice.id]
    assert Session.objects.get(user=alice).revoked_reason == "replaced"


def test_a_refused_sign_up_ends_nothing(api, alice, tokens):
    answer = api().post(URL, {**BOB, "username": "alice", "replaces": tokens.refresh})
    assert answer.status_code == 400
    assert api(token=tokens.access).get("/api/v1/users/me").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one_account(api, published):
    answers = at_once([lambda: api().post(URL, BOB)] * 10)
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert User.objects.count() == 1
    assert len(published(AccountRegistered)) == 1


def test_what_is_taken_is_said_with_what_else_is_wrong(api, alice):
    body = {"username": "ALICE", "email": "alice@example.org", "password": "12345"}
    codes = {each["field"]: each["code"] for each in api().post(URL, body).json()["errors"]}
    assert codes["username"] == "username_taken"
    assert codes["email"] == "email_taken"
    assert "password" in codes
    codes = {
        each["field"]: each["code"]
        for each in api()
        .post(URL, {"username": "alice", "email": "nowhere", "password": "12345"})
        .json()["errors"]
    }
    assert (codes["username"], codes["email"]) == ("username_taken", "email_invalid")
