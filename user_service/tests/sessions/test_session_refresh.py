"""Refreshing: each token once, and a second use ends the session."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from servicekit.auth.tokens import decode
from servicekit.contracts.user import SessionRevoked
from servicekit.ids import new_id
from servicekit.testing.keys import private_key
from servicekit.testing.threads import at_once
from user_service.accounts.services import user_register
from user_service.sessions.errors import SessionEnded
from user_service.sessions.models import Session
from user_service.sessions.services import TokenPair, session_refresh
from user_service.sessions.tokens import refresh_token
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/auth/token/refresh"


@pytest.mark.django_db
def test_a_new_pair_of_the_same_session(api, tokens):
    before = Session.objects.get()

    response = api(token="expired.or.garbage").post(URL, {"refresh": tokens.refresh})

    assert response.status_code == 200
    body = response.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert body["refresh"] != tokens.refresh
    assert decode(body["access"])["sid"] == decode(tokens.access)["sid"]
    after = Session.objects.get()
    assert after.expires_at > before.expires_at
    assert after.last_seen_at > before.last_seen_at
    assert api().post(URL, {"refresh": body["refresh"]}).status_code == 200


def age_refresh(seconds: float) -> None:
    """Let the last refresh be so long ago."""
    Session.objects.update(last_seen_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_who_lost_the_answer_gets_the_same_successor(api, tokens, published):
    new = api().post(URL, {"refresh": tokens.refresh}).json()

    again = api().post(URL, {"refresh": tokens.refresh})

    assert again.status_code == 200
    assert again.json()["refresh"] == new["refresh"]
    assert published(SessionRevoked) == []
    assert api(token=again.json()["access"]).get("/api/v1/users/me").status_code == 200
    assert api().post(URL, {"refresh": new["refresh"]}).status_code == 200


def ended(api, refresh: str, published) -> None:
    again = api().post(URL, {"refresh": refresh})
    assert (again.status_code, again.json()["code"]) == (401, "session_revoked")
    assert again["WWW-Authenticate"].startswith("Bearer")
    assert Session.objects.get().revoked_reason == "refresh_reused"
    assert len(published(SessionRevoked)) == 1


@pytest.mark.django_db
def test_used_again_after_30_seconds_ends_the_session(api, tokens, published):
    new = api().post(URL, {"refresh": tokens.refresh}).json()
    age_refresh(29)
    assert api().post(URL, {"refresh": tokens.refresh}).status_code == 200
    age_refresh(31)

    ended(api, tokens.refresh, published)

    assert api().post(URL, {"refresh": new["refresh"]}).status_code == 401
    assert api(token=new["access"]).get("/api/v1/users/me").json()["code"] == "session_revoked"


@pytest.mark.django_db
def test_a_retry_does_not_lengthen_the_30_seconds(api, tokens, published):
    api().post(URL, {"refresh": tokens.refresh})
    for second in (20, 29):
        age_refresh(second)
        assert api().post(URL, {"refresh": tokens.refresh}).status_code == 200
        assert Session.objects.get().last_seen_at < timezone.now() - timedelta(seconds=second - 1)


@pytest.mark.django_db
def test_used_again_after_its_successor_ends_the_session(api, tokens, published):
    new = api().post(URL, {"refresh": tokens.refresh}).json()
    newer = api().post(URL, {"refresh": new["refresh"]}).json()

    ended(api, tokens.refresh, published)

    assert api().post(URL, {"refresh": newer["refresh"]}).status_code == 401


@pytest.mark.django_db
def test_a_retry_does_not_bring_an_ended_session_back(api, tokens):
    new = api().post(URL, {"refresh": tokens.refresh}).json()
    api(token=new["access"]).post("/api/v1/auth/logout")
    for refresh in (tokens.refresh, new["refresh"]):
        again = api().post(URL, {"refresh": refresh})
        assert (again.status_code, again.json()["code"]) == (401, "session_revoked")
    assert Session.objects.get().revoked_reason == "signed_out"


@pytest.mark.django_db
def test_no_token_stands_in_the_database(tokens):
    session_refresh(refresh=tokens.refresh)
    kept = [str(value) for row in Session.objects.values_list() for value in row]
    assert not [value for value in kept if value.startswith("eyJ") or tokens.refresh[-40:] in value]


@pytest.mark.django_db
def test_a_session_ends_90_days_after_its_sign_in_however_often_it_is_refreshed(api, tokens):
    opened = timezone.now() - timedelta(days=85)
    Session.objects.update(created_at=opened)
    new = api().post(URL, {"refresh": tokens.refresh}).json()
    assert Session.objects.get().expires_at == opened + timedelta(days=90)
    claims = jwt.decode(new["refresh"], options={"verify_signature": False})
    assert claims["exp"] == int((opened + timedelta(days=90)).timestamp())
    Session.objects.update(created_at=opened - timedelta(days=6), expires_at=timezone.now())
    assert api().post(URL, {"refresh": new["refresh"]}).status_code == 401


@pytest.mark.django_db
def test_other_sessions_stay(api, alice, tokens):
    other = sign_in("alice")
    api().post(URL, {"refresh": tokens.refresh})
    Session.objects.filter(previous_jti__isnull=False).update(
        last_seen_at=timezone.now() - timedelta(seconds=31)
    )
    assert api().post(URL, {"refresh": tokens.refresh}).status_code == 401
    assert api().post(URL, {"refresh": other.refresh}).status_code == 200


@pytest.mark.django_db
def test_not_a_refresh_token(api, alice, tokens):
    session = Session.objects.get()
    assert session.refresh_jti
    claims = jwt.decode(tokens.refresh, options={"verify_signature": False})
    expired = refresh_token(
        user_id=alice.id,
        session_id=session.id,
        jti=session.refresh_jti,
        issued_at=timezone.now(),
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    foreign = jwt.encode(claims, "s" * 32, algorithm="HS256", headers={"kid": "test"})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "test"})
    unknown_key = jwt.encode(claims, private_key(), algorithm="RS256", headers={"kid": "other"})
    no_kid = jwt.encode(claims, private_key(), algorithm="RS256")
    no_session = jwt.encode(claims | {"sid": 7}, private_key(), algorithm="RS256", headers={"kid": "test"})
    unknown_session = jwt.encode(
        claims | {"sid": str(new_id())}, private_key(), algorithm="RS256", headers={"kid": "test"}
    )
    for token in (
        tokens.access, expired, foreign, unsigned, unknown_key, no_kid, no_session, unknown_session,
        "x", "a.b.c", "ключ", "." * 4000,
    ):  # fmt: skip
        response = api().post(URL, {"refresh": token})
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid"), token
    session.refresh_from_db()
    assert session.revoked_at is None
    assert api().post(URL, {"refresh": tokens.refresh}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_get_one_successor(api, published):
    user_register(username="alice", email="alice@example.org", password=PASSWORD)
    pair = sign_in("alice")

    results = at_once([lambda: session_refresh(refresh=pair.refresh)] * 50)

    assert [type(result) for result in results] == [TokenPair] * 50
    assert len({result.refresh for result in results}) == 1
    assert published(SessionRevoked) == []
    assert api(token=results[7].access).get("/api/v1/users/me").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_an_old_token_end_the_session_once(published):
    user_register(username="alice", email="alice@example.org", password=PASSWORD)
    pair = sign_in("alice")
    session_refresh(refresh=pair.refresh)
    age_refresh(31)

    results = at_once([lambda: session_refresh(refresh=pair.refresh)] * 50)

    assert [type(result) for result in results] == [SessionEnded] * 50
    assert len(published(SessionRevoked)) == 1
