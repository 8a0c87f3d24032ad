"""Where a user is signed in: told in words, bounded, ended one by one or by signing in anew."""

from __future__ import annotations

import pytest
from django.utils import translation

from servicekit.contracts.user import SessionRevoked
from servicekit.ids import new_id
from user_service.accounts.services import user_register
from user_service.sessions.browsers import browser_name
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/users/me/sessions"
TOKEN = "/api/v1/auth/token"

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
         "Safari/537.36 Edg/126.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 "
         "YaBrowser/24.6.0.0 Safari/537.36", "Yandex Browser on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 "
         "Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.5 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("python-httpx/0.28.1", "python-httpx 0.28.1"),
        ("curl/8.5.0", "curl 8.5.0"),
        ("", "an unknown program"),
        ("<script>alert(1)</script>", "an unknown program"),
        ("\u043f" * 300, "an unknown program"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(user_agent, name):
    assert browser_name(user_agent) == name


def test_in_russian_too():
    with translation.override("ru"):
        assert browser_name(FIREFOX) == "Firefox, Windows"


@pytest.mark.django_db
def test_the_list_has_my_open_sessions(api, alice, tokens):
    user_register(username="bob", email="bob@example.org", password=PASSWORD)
    sign_in("bob")
    here = api(user_agent=FIREFOX, x_forwarded_for="198.51.100.4")
    mine = here.post(TOKEN, {"username": "alice", "password": PASSWORD}).json()["access"]

    results = api(token=mine).get(URL).json()["results"]

    assert [(row["browser"], row["address"], row["current"]) for row in results] == [
        ("Firefox on Windows", "198.51.100.4", True),
        ("pytest", "192.0.2.7", False),
    ]
    assert set(results[0]) == {
        "id", "browser", "address", "created_at", "last_seen_at", "expires_at", "current",
    }  # fmt: skip


@pytest.mark.django_db
def test_one_of_them_can_be_ended(api, alice, tokens, published):
    other = sign_in("alice")
    rows = {row["current"]: row["id"] for row in api(token=tokens.access).get(URL).json()["results"]}
    for _ in range(2):
        assert api(token=tokens.access).delete(f"{URL}/{rows[False]}").status_code == 204
    assert api(token=other.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
    assert len(api(token=tokens.access).get(URL).json()["results"]) == 1
    assert len(published(SessionRevoked)) == 1
    assert Session.objects.get(pk=rows[False]).revoked_reason == "by_user"


@pytest.mark.django_db
def test_somebody_elses_is_not_found(api, alice, tokens):
    user_register(username="bob", email="bob@example.org", password=PASSWORD)
    bobs = sign_in("bob")
    theirs = Session.objects.get(user__username="bob")
    for session_id in (theirs.id, new_id()):
        assert api(token=tokens.access).delete(f"{URL}/{session_id}").status_code == 404
    assert api(token=bobs.access).get("/api/v1/users/me").status_code == 200
    assert api().get(URL).status_code == api().delete(f"{URL}/{theirs.id}").status_code == 401


@pytest.mark.django_db
def test_signing_in_over_a_session_ends_it(api, alice, tokens, published):
    body = {"username": "alice", "password": PASSWORD, "replaces": tokens.refresh}
    after = api().post(TOKEN, body)
    assert after.status_code == 200
    assert api(token=tokens.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
    assert Session.objects.get(revoked_reason="replaced")
    assert len(published(SessionRevoked)) == 1
    # what is not good any more is no matter
    for replaces in (tokens.refresh, "x", "", "a.b.c", after.json()["access"]):
        assert api().post(TOKEN, {**body, "replaces": replaces}).status_code == 200
    assert len(published(SessionRevoked)) == 1


@pytest.mark.django_db
def test_a_wrong_password_replaces_nothing(api, alice, tokens):
    body = {"username": "alice", "password": "wrong", "replaces": tokens.refresh}
    assert api().post(TOKEN, body).status_code == 401
    assert api(token=tokens.access).get("/api/v1/users/me").status_code == 200


@pytest.mark.django_db
def test_a_user_has_so_many_sessions_and_no_more(api, alice, settings, published):
    settings.SESSIONS_PER_USER = 3
    pairs = [sign_in("alice") for _ in range(3)]
    api().post("/api/v1/auth/token/refresh", {"refresh": pairs[0].refresh})  # used lately, so it stays
    newest = sign_in("alice")
    statuses = [api(token=pair.access).get("/api/v1/users/me").status_code for pair in (*pairs, newest)]
    assert statuses == [200, 401, 200, 200]
    assert Session.objects.get(revoked_reason="too_many")
    assert len(published(SessionRevoked)) == 1
