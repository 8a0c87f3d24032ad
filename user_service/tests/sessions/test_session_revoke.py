"""Signing out: refused here at once, told to the others, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from servicekit.auth.sessions import forget_copy
from servicekit.contracts.user import SessionRevoked
from servicekit.testing.threads import at_once
from user_service.accounts.services import user_register
from user_service.api_keys.services import api_keys_revoke
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


@pytest.mark.django_db
def test_a_clock_that_was_an_hour_behind_brings_no_token_back(api, alice, tokens, published, monkeypatch):
    made = api(token=tokens.access).post("/api/v1/users/me/api-keys", {"name": "bot", "scopes": ["trade"]})
    key = api().post("/api/v1/auth/token/api-key", {"api_key": made.json()["key"]}).json()
    with monkeypatch.context() as behind:
        behind.setattr(timezone, "now", lambda: datetime.now(UTC) - timedelta(hours=1))
        sessions_revoke(user_id=alice.id, reason="closed")
        api_keys_revoke(user_id=alice.id)

    forget_copy()
    for token in (tokens.access, key["access"]):
        refused = api(token=token).get("/api/v1/users/me")
        assert (refused.status_code, refused.json()["code"]) == (401, "session_revoked")
    last = timezone.now() + timedelta(minutes=5)
    assert all(event.tokens_expire_at > last for event in published(SessionRevoked))


@pytest.mark.django_db
def test_a_clock_that_was_an_hour_ahead_leaves_no_session_open(alice, tokens, monkeypatch):
    Session.objects.update(expires_at=timezone.now() + timedelta(minutes=30))
    with monkeypatch.context() as ahead:
        ahead.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(hours=1))
        assert sessions_revoke(user_id=alice.id, reason="closed") == 1


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
