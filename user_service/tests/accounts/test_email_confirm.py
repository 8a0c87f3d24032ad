"""The mail with a link after signing up, and what the link does."""

from __future__ import annotations

import pytest

from servicekit.auth.links import link_token, link_token_read
from servicekit.contracts.user import LinkIssued
from servicekit.ids import new_id
from user_service.accounts.models import AccountLink
from user_service.accounts.services import user_register
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/auth/email-confirmation"
RESEND = "/api/v1/users/me/email/confirmation"

pytestmark = pytest.mark.django_db


def token():
    return link_token(AccountLink.objects.latest("created_at").id)


def test_who_signs_up_is_mailed_a_link_and_may_begin_at_once(api, alice, tokens, published):
    (issued,) = published(LinkIssued)
    assert (issued.user_id, issued.purpose, issued.email) == (alice.id, "confirm_email", "")
    assert (issued.expires_at - alice.created_at).days == 3
    me = api(token=tokens.access).get("/api/v1/users/me").json()
    assert me["email_confirmed"] is False


def test_the_event_holds_nothing_that_a_link_is_made_of(alice, published):
    (issued,) = published(LinkIssued)
    assert link_token(issued.link_id)[:22] not in str(issued.to_data())
    assert link_token(issued.link_id)[22:] not in str(issued.to_data())


def test_an_operator_is_mailed_none(published):
    user_register(username="operator1", email="op@example.org", password=PASSWORD, is_operator=True)
    assert published(LinkIssued) == []


def test_the_link_confirms_it_once_without_a_sign_in(api, alice):
    answer = api().post(URL, {"token": token()})
    assert (answer.status_code, answer.json()) == (200, {"email": "Alice@example.org"})
    assert api(token=sign_in("alice").access).get("/api/v1/users/me").json()["email_confirmed"] is True
    again = api().post(URL, {"token": token()})
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")


def test_it_is_sent_again_and_both_work(api, tokens, published):
    first = token()
    me = api(token=tokens.access)
    answer = me.post(RESEND)
    assert (answer.status_code, answer.content) == (202, b"")
    assert [event.purpose for event in published(LinkIssued)] == ["confirm_email"] * 2
    assert api().post(URL, {"token": first}).status_code == 200
    assert me.post(RESEND).json()["code"] == "email_confirmed_already"


def test_it_is_sent_so_often_a_day(api, tokens, settings):
    settings.LINK_MAILS_A_DAY = 1
    me = api(token=tokens.access)
    assert [me.post(RESEND).status_code for _ in range(2)] == [202, 429]
    assert me.post(RESEND).json()["code"] == "link_quota_exceeded"


@pytest.mark.parametrize("typed", ["", "x", "é" * 64, "A" * 64, "A" * 65, 7, None, "A" * 1000])
def test_what_is_no_token_is_refused(api, alice, typed):
    answer = api().post(URL, {"token": typed})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "token"


def test_another_id_needs_another_proof(alice):
    own, others = token(), link_token(new_id())
    assert link_token_read(own) == AccountLink.objects.get().id
    assert link_token_read(others[:20] + own[20:]) is None
    assert link_token_read(own[:-1] + ("A" if own[-1] != "A" else "B")) is None


def test_another_key_makes_other_links(alice, settings):
    own = token()
    settings.LINK_KEY = "another"
    assert link_token_read(own) is None
