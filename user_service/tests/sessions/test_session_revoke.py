"""Signing out: refused here at once, told to the others, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicekit.contracts.user import SessionRevoked
from servicekit.testing.threads import at_once
from user_service.accounts.services import user_register
from user_service.sessions.models import Session
from user_service.sessions.services import session_revoke, sessions_revoke
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/auth/logout"


@pytest.mark.django_db
def test_signed_out(api, tokens, published):
    me = api(token=tokens.access)
    assert me.get("/api/v1/users/me").status_code == 200

    response = me.post(URL)

    assert (response.status_code, response.content) == (204, b"")
    for again in (me.get("/api/v1/users/me"), me.post(URL)):
        assert (again.status_code, again.json()["code"]) == (401, "session_revoked")
    refresh = api().post("/api/v1/auth/token/refresh", {"refresh": tokens.refresh})
    assert (refresh.status_code, refresh.json()["code"]) == (401, "session_revoked")
    session = Session.objects.get()
    (event,) = published(SessionRevoked)
    assert (event.session_id, event.user_id) == (session.id, session.user_id)
    assert timedelta(minutes=5) < event.tokens_expire_at - timezone.now() < timedelta(minutes=7)
    assert session.revoked_reason == "signed_out"


@pytest.mark.django_db
def test_the_other_session_stays(api, tokens):
    other = sign_in("alice")
    api(token=tokens.access).post(URL)
    assert api(token=other.access).get("/api/v1/users/me").status_code == 200


@pytest.mark.django_db
def test_a_session_that_never_was(user_id, published):
    assert not session_revoke(session_id=user_id, reason="signed_out")
    assert published() == []


@pytest.mark.django_db
def test_all_of_a_user(api, alice, published):
    pairs = [sign_in("alice") for _ in range(3)]
    api(token=pairs[0].access).post(URL)
    assert sessions_revoke(user_id=alice.id, reason="disabled") == 2
    assert len(published(SessionRevoked)) == 3


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_end_it_once(published):
    user_register(username="alice", email="alice@example.org", password=PASSWORD)
    sign_in("alice")
    session_id = Session.objects.get().id
    results = at_once([lambda: session_revoke(session_id=session_id, reason="signed_out")] * 10)
    assert sorted(results) == [False] * 9 + [True]
    assert len(published(SessionRevoked)) == 1


@pytest.mark.django_db(transaction=True)
def test_by_the_refresh_token_whatever_became_of_the_access_token(api, alice, published):
    first = sign_in("alice")
    second = api().post("/api/v1/auth/token/refresh", {"refresh": first.refresh}).json()
    for token in (first.refresh, second["refresh"], "no token at all", second["access"]):
        assert api().post("/api/v1/auth/token/revoke", {"refresh": token}).status_code == 204
    assert Session.objects.get().revoked_reason == "signed_out"
    assert len(published(SessionRevoked)) == 1
    assert api().post("/api/v1/auth/token/refresh", {"refresh": second["refresh"]}).status_code == 401
    assert api(token=second["access"]).get("/api/v1/users/me").status_code == 401
