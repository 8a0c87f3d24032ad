"""POST /api/v1/users/me/email: with the password, and a link that goes to the new address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicekit.auth.links import link_token
from servicekit.contracts.user import LinkIssued, ProfileChanged, SecurityNoticed
from servicekit.testing.threads import at_once
from user_service.accounts.models import AccountLink, User
from user_service.accounts.services import links_purge, user_disable, user_register
from user_service.sessions.models import Session
from user_service.tests.conftest import BY, PASSWORD, sign_in

URL = "/api/v1/users/me/email"
CONFIRM = "/api/v1/auth/email-confirmation"
NEW = "new@example.org"

pytestmark = pytest.mark.django_db


def ask(api, tokens, email=NEW, password=PASSWORD):
    return api(token=tokens.access).post(URL, {"email": email, "password": password})


def follow(api, purpose="change_email"):
    return api().post(
        CONFIRM, {"token": link_token(AccountLink.objects.get(purpose=purpose, used_at=None).id)}
    )


def test_the_profile_no_longer_takes_an_email(api, alice, tokens):
    answer = api(token=tokens.access).patch("/api/v1/users/me", {"email": NEW})
    assert [error["code"] for error in answer.json()["errors"]] == ["read_only_field"]
    alice.refresh_from_db()
    assert alice.email == "Alice@example.org"


def test_nothing_changes_until_the_link_is_followed(api, tokens, published):
    answer = ask(api, tokens)
    assert answer.status_code == 202
    assert (answer.json()["email"], answer.json()["email_wanted"]) == ("Alice@example.org", NEW)
    assert published(ProfileChanged) == []
    (link,) = [event for event in published(LinkIssued) if event.purpose == "change_email"]
    assert (link.email, link.user_id) == (NEW, User.objects.get().id)
    # the old address is told at once
    assert [(each.notice, each.email) for each in published(SecurityNoticed)] == [
        ("email_change_requested", "")
    ]


def test_the_link_changes_it_and_ends_the_other_sessions(api, tokens, published):
    other = sign_in("alice")
    ask(api, tokens)
    answer = follow(api)
    assert (answer.status_code, answer.json()) == (200, {"email": NEW})
    me = api(token=tokens.access).get("/api/v1/users/me").json()
    assert (me["email"], me["email_confirmed"], me["email_wanted"]) == (NEW, True, "")
    assert api(token=other.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
    assert Session.objects.get(revoked_reason="email_changed")
    assert [(each.email, each.user_id) for each in published(ProfileChanged)] == [
        (NEW, User.objects.get().id)
    ]
    # the old address is told, whatever the account's is by now
    assert [(each.notice, each.email) for each in published(SecurityNoticed)][-1:] == [
        ("email_changed", "Alice@example.org")
    ]
    # one signs in with the new one only
    for email, status in ((NEW, 200), ("alice@example.org", 401)):
        body = {"username": email, "password": PASSWORD}
        assert api().post("/api/v1/auth/token", body).status_code == status


def test_the_old_ones_links_end_with_it(api, alice, tokens):
    confirm = link_token(AccountLink.objects.get(purpose="confirm_email").id)
    ask(api, tokens)
    follow(api)
    assert api().post(CONFIRM, {"token": confirm}).json()["code"] == "link_invalid"


@pytest.mark.parametrize(
    ("email", "password", "field", "code"),
    [
        (NEW, "wrong", "password", "password_wrong"),
        (NEW, "", "password", "blank"),
        ("nowhere", PASSWORD, "email", "email_invalid"),
        ("BOB@example.org", PASSWORD, "email", "email_taken"),
        ("Alice@example.org", PASSWORD, "email", "email_unchanged"),
    ],
)
def test_what_is_refused_mails_nothing(api, tokens, published, email, password, field, code):
    user_register(username="bob", email="bob@example.org", password=PASSWORD)
    before = len(published(LinkIssued))
    answer = ask(api, tokens, email, password)
    assert answer.status_code == 400
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]
    assert len(published(LinkIssued)) == before


def test_the_same_in_another_case_is_another(api, tokens):
    assert ask(api, tokens, "alice@example.ORG").status_code == 202
    assert follow(api).json() == {"email": "alice@example.ORG"}


def test_the_password_cannot_be_guessed_here(api, tokens):
    for _ in range(10):
        ask(api, tokens, password="wrong")
    assert ask(api, tokens).json()["code"] == "too_many_attempts"


def test_only_the_latest_works(api, tokens):
    ask(api, tokens, "first@example.org")
    first = link_token(AccountLink.objects.get(purpose="change_email").id)
    ask(api, tokens)
    assert api().post(CONFIRM, {"token": first}).json()["code"] == "link_invalid"
    assert follow(api).json() == {"email": NEW}


def test_who_takes_the_address_meanwhile_has_it(api, tokens):
    ask(api, tokens)
    user_register(username="bob", email="New@example.org", password=PASSWORD)
    answer = follow(api)
    assert (answer.status_code, answer.json()["code"]) == (400, "email_taken")
    assert User.objects.get(username="Alice").email == "Alice@example.org"


def test_a_new_password_ends_what_a_thief_asked_for(api, tokens):
    ask(api, tokens)
    thiefs = link_token(AccountLink.objects.get(purpose="change_email").id)
    body = {"old_password": PASSWORD, "new_password": "other long words 5"}
    assert api(token=tokens.access).post("/api/v1/users/me/password", body).status_code == 204
    assert api().post(CONFIRM, {"token": thiefs}).json()["code"] == "link_invalid"


def test_strangers_are_not_flooded_with_mails(api, tokens, settings):
    settings.LINK_MAILS_A_DAY = 2
    answers = [ask(api, tokens) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "link_quota_exceeded"
    assert int(answers[2]["Retry-After"]) > 0


@pytest.mark.django_db(transaction=True)
def test_a_link_works_once_however_many_follow_it_at_once(api):
    user = user_register(username="carol", email="carol@example.org", password=PASSWORD)
    token = link_token(AccountLink.objects.get(user=user).id)
    answers = at_once([lambda: api().post(CONFIRM, {"token": token}).status_code] * 8)
    assert sorted(answers) == [200, *[400] * 7]


def test_one_that_was_disabled_confirms_nothing(api, alice):
    user_disable(user_id=alice.id, **BY)
    assert follow(api, "confirm_email").json()["code"] == "link_invalid"


def test_an_expired_one_does_nothing_and_is_deleted(api, alice):
    AccountLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert follow(api, "confirm_email").json()["code"] == "link_invalid"
    assert links_purge() == 1
