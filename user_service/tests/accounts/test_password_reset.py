"""A forgotten password: a link by mail, which tells nobody whether an address is known."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from servicekit.auth.links import link_token
from servicekit.contracts.user import LinkIssued, SecurityNoticed, SessionRevoked
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.threads import at_once
from user_service.accounts.models import AccountLink, User
from user_service.accounts.services import operator_sign_in, user_disable, user_register
from user_service.sessions.clients import Client
from user_service.sessions.models import Session
from user_service.tests.conftest import BY, PASSWORD, sign_in

ASK, RESET = "/api/v1/auth/password-reset", "/api/v1/auth/password-reset/confirm"
NEW = "другой длинный пароль 7"

pytestmark = pytest.mark.django_db


def ask(api, email="alice@example.org"):
    return api().post(ASK, {"email": email})


def token():
    return link_token(AccountLink.objects.filter(purpose="reset_password").latest("created_at").id)


def reset(api, with_token=None, new=NEW):
    return api().post(RESET, {"token": with_token or token(), "new_password": new})


def may_sign_in(api, password):
    return api().post("/api/v1/auth/token", {"username": "alice", "password": password}).status_code == 200


def test_the_link_sets_a_new_password_and_ends_every_session(api, alice, tokens, published):
    made = api(token=tokens.access).post("/api/v1/users/me/api-keys", {"name": "a bot", "scopes": ["read"]})
    others = [sign_in("alice") for _ in range(2)]
    assert (ask(api).status_code, ask(api).content) == (202, b"")
    answer = reset(api)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (may_sign_in(api, PASSWORD), may_sign_in(api, NEW)) == (False, True)
    for pair in (tokens, *others):
        assert api(token=pair.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
        assert api().post("/api/v1/auth/token/refresh", {"refresh": pair.refresh}).status_code == 401
    assert Session.objects.filter(revoked_reason="password_reset").count() == 3
    exchanged = api().post("/api/v1/auth/token/api-key", {"api_key": made.json()["key"]})
    assert exchanged.json()["code"] == "api_key_invalid"
    assert len(published(SessionRevoked)) == 4
    assert "password_reset" in [event.notice for event in published(SecurityNoticed)]
    assert User.objects.get().email_confirmed_at is not None  # who reads its mail has the address


def test_an_operators_admin_session_ends_too(api):
    user = user_register(username="operator1", email="op@example.org", password=PASSWORD, is_operator=True)
    granted = operator_sign_in(user=user, client=Client())
    ask(api, "op@example.org")
    assert reset(api).status_code == 204
    assert api(token=granted.token).get("/api/v1/users/me").json()["code"] == "session_revoked"


def test_it_works_once(api, alice):
    ask(api)
    used = token()
    assert reset(api, used).status_code == 204
    again = reset(api, used, "yet another one 8")
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")
    assert may_sign_in(api, NEW)


def test_of_several_the_first_that_is_used_ends_the_others(api, alice):
    ask(api)
    first = token()
    ask(api)
    assert reset(api, first).status_code == 204
    assert [link.used_at is None for link in AccountLink.objects.all()] == [False]


def test_it_expires_after_an_hour(api, alice, published):
    ask(api)
    issued = published(LinkIssued)[-1]
    assert timedelta(minutes=59) < issued.expires_at - timezone.now() <= timedelta(hours=1)
    AccountLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert reset(api).json()["code"] == "link_invalid"
    assert may_sign_in(api, PASSWORD)


def test_a_weak_password_leaves_the_link_good(api, alice):
    ask(api)
    for weak, code in (("alice1999", "password_too_similar"), ("short", "password_too_short")):
        answer = reset(api, new=weak)
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
            ("new_password", code)
        ]
    assert reset(api).status_code == 204


def test_a_link_of_another_kind_sets_no_password(api, alice):
    confirm = link_token(AccountLink.objects.get(purpose="confirm_email").id)
    assert reset(api, confirm).json()["code"] == "link_invalid"
    ask(api)
    assert api().post("/api/v1/auth/email-confirmation", {"token": token()}).json()["code"] == "link_invalid"


def test_a_link_ends_with_the_address_and_with_the_password(api, alice, tokens):
    ask(api)
    old = token()
    body = {"old_password": PASSWORD, "new_password": "other long words 5"}
    assert api(token=tokens.access).post("/api/v1/users/me/password", body).status_code == 204
    assert reset(api, old).json()["code"] == "link_invalid"
    ask(api)
    User.objects.update(email="new@example.org")
    assert reset(api).json()["code"] == "link_invalid"


def test_who_is_disabled_stays_so(api, alice, published):
    ask(api)
    before = token()
    user_disable(user_id=alice.id, **BY)
    assert reset(api, before).json()["code"] == "link_invalid"
    assert ask(api).status_code == 202
    assert published(LinkIssued)[-1].user_id is None


def statements(api, email):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = ask(api, email)
    # what is done, without values and the numbers of savepoints
    done = [re.sub(r'".*_x\d+"', "", query["sql"].split("'")[0])[:60] for query in queries]
    return answer.status_code, answer.content, dict(answer.headers).keys(), done


@pytest.mark.parametrize("disabled", [False, True])
def test_nobody_can_tell_whether_an_address_is_known(api, alice, disabled):
    """The same answer, by the same statements: nothing is hashed, mailed or called meanwhile."""
    if disabled:
        user_disable(user_id=alice.id, **BY)
    ask(api, "warm@example.org")
    known, unknown = (statements(api, name) for name in ("alice@example.org", "nobody@example.org"))
    assert known == unknown
    assert len(known[3]) > 5


def test_what_is_told_of_nobody_is_nothing(api, alice, published):
    ask(api, "nobody@example.org")
    (issued,) = [event for event in published(LinkIssued) if event.purpose == "reset_password"]
    assert (issued.user_id, issued.email) == (None, "")
    assert "nobody@" not in str(list(OutboxEvent.objects.values()) + list(AccountLink.objects.values()))
    assert reset(api).json()["code"] == "link_invalid"


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_so_many_a_day_to_an_address_known_or_not(api, alice, settings, email):
    settings.LINK_MAILS_A_DAY = 2
    answers = [ask(api, spelled) for spelled in (email, email.upper(), email)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "link_quota_exceeded"
    assert int(answers[2]["Retry-After"]) > 0
    # one kind of mail does not keep another back
    assert api(token=sign_in("alice").access).post("/api/v1/users/me/email/confirmation").status_code == 202


def test_so_many_a_day_from_an_address(api, alice, settings):
    settings.PASSWORD_RESETS_A_DAY = 2
    answers = [ask(api, f"nobody{number}@example.org") for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "reset_quota_exceeded"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"email": "nowhere"}, "email", "email_invalid"),
        ({}, "email", "required"),
        ({"email": "a@example.org", "username": "x"}, "username", "unknown_field"),
    ],
)
def test_what_is_no_address(api, body, field, code):
    errors = api().post(ASK, body).json()["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [(field, code)]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_set_one_password(api):
    user_register(username="alice", email="alice@example.org", password=PASSWORD)
    ask(api)
    shared = token()
    answers = at_once(
        [lambda number=number: reset(api, shared, f"{NEW} {number}").status_code for number in range(4)]
    )
    assert sorted(answers) == [204, 400, 400, 400]
