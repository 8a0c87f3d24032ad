"""API keys: made once, shown once, exchanged for tokens that may do what was chosen, and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from servicekit.auth.authentication import SessionIsRevoked, principal_of
from servicekit.contracts.user import SecurityNoticed, SessionRevoked
from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from user_service.accounts.services import user_disable, user_register
from user_service.api_keys.models import ApiKey
from user_service.api_keys.services import api_key_close, api_keys_purge
from user_service.tests.conftest import BY, PASSWORD, sign_in

URL = "/api/v1/users/me/api-keys"
EXCHANGE = "/api/v1/auth/token/api-key"
BOT = {"name": "my bot", "scopes": ["trade"]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(api: Any, tokens: Any) -> dict[str, Any]:
    """A key of Alice's."""
    answer = api(token=tokens.access).post(URL, BOT)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def exchanged(api: Any, key: str) -> Any:
    return api(x_forwarded_for="198.51.100.4").post(EXCHANGE, {"api_key": key})


def test_its_text_is_shown_once_and_stored_nowhere(api, alice, tokens, made, published):
    assert set(made) == {
        "id", "name", "scopes", "hint", "created_at", "expires_at", "last_used_at", "last_used_address",
        "key",
    }  # fmt: skip
    assert made["key"].startswith(made["hint"])
    assert made["key"].startswith("birzha_")
    (row,) = api(token=tokens.access).get(URL).json()["results"]
    assert row == {name: value for name, value in made.items() if name != "key"}
    assert row["scopes"] == ["read", "trade"]
    stored = ApiKey.objects.values().get()
    assert made["key"] not in str(stored)
    assert [event.notice for event in published(SecurityNoticed)] == ["api_key_made"]


def test_it_is_exchanged_for_a_token_with_its_scopes(api, alice, tokens, made):
    answer = exchanged(api, made["key"])
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["scope"], body["expires_in"]) == ("Bearer", "read trade", 300)
    claims = jwt.decode(body["access"], options={"verify_signature": False})
    assert (claims["sub"], claims["sid"]) == (str(alice.id), made["id"])
    assert api(token=body["access"]).get("/api/v1/users/me").json()["username"] == "Alice"
    (row,) = api(token=tokens.access).get(URL).json()["results"]
    assert row["last_used_address"] == "198.51.100.4"
    assert row["last_used_at"]


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("patch", "/api/v1/users/me", {"display_name": "Mallory"}),
        (
            "post",
            "/api/v1/users/me/password",
            {"old_password": PASSWORD, "new_password": "another 1 of"},
        ),
        ("post", "/api/v1/users/me/email", {"email": "new@example.org", "password": PASSWORD}),
        ("get", "/api/v1/users/me/export", None),
        ("get", "/api/v1/users/me/closing", None),
        ("post", "/api/v1/users/me/closing", {"password": PASSWORD}),
        ("get", "/api/v1/users/me/sessions", None),
        ("get", "/api/v1/users/me/sign-ins", None),
        ("delete", f"/api/v1/users/me/sessions/{new_id()}", None),
        ("get", URL, None),
        ("post", URL, BOT),
        ("delete", f"{URL}/{new_id()}", None),
        ("post", "/api/v1/auth/logout", None),
    ],
)
def test_the_account_itself_is_for_people_only(api, made, method, url, body):
    caller = api(token=exchanged(api, made["key"]).json()["access"])
    answer = getattr(caller, method)(url, body) if body else getattr(caller, method)(url)
    assert (answer.status_code, answer.json()["code"]) == (403, "people_only")


def test_revoked_it_gives_no_token_and_its_tokens_are_refused(api, tokens, made, published):
    access = exchanged(api, made["key"]).json()["access"]
    for _ in range(2):
        assert api(token=tokens.access).delete(f"{URL}/{made['id']}").status_code == 204
    answer = exchanged(api, made["key"])
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")
    with pytest.raises(SessionIsRevoked):
        principal_of(access)
    assert [str(event.session_id) for event in published(SessionRevoked)] == [made["id"]]
    assert api(token=tokens.access).get(URL).json()["results"] == []


def test_expired_it_gives_no_token(api, tokens):
    made = api(token=tokens.access).post(URL, {**BOT, "expires_in_days": 1}).json()
    assert exchanged(api, made["key"]).status_code == 200
    ApiKey.objects.update(expires_at=timezone.now())
    assert exchanged(api, made["key"]).json()["code"] == "api_key_invalid"
    assert api(token=tokens.access).get(URL).json()["results"] == []


@pytest.mark.parametrize("key", ["x", "birzha_" + "a" * 40, "a.b.c", "\u043f" * 256])
def test_what_nobody_has_is_refused(api, made, key):
    answer = exchanged(api, key)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_somebody_elses_is_not_found(api, made):
    user_register(username="bob", email="bob@example.org", password=PASSWORD)
    bob = api(token=sign_in("bob").access)
    for key_id in (made["id"], new_id()):
        assert bob.delete(f"{URL}/{key_id}").status_code == 404
    assert bob.get(URL).json()["results"] == []
    assert exchanged(api, made["key"]).status_code == 200


def test_a_disabled_users_keys_are_revoked(api, alice, made):
    access = exchanged(api, made["key"]).json()["access"]
    user_disable(user_id=alice.id, **BY)
    assert exchanged(api, made["key"]).json()["code"] == "api_key_invalid"
    with pytest.raises(SessionIsRevoked):
        principal_of(access)


def test_an_operator_revokes_one_for_a_reason(api, made):
    api_key_close(key_id=made["id"], **BY)
    assert exchanged(api, made["key"]).json()["code"] == "api_key_invalid"


def test_an_operators_key_makes_no_operator(api, db):
    user_register(username="root-op", email="op@example.org", password=PASSWORD, is_operator=True)
    made = api(token=sign_in("root-op").access).post(URL, BOT).json()
    assert not principal_of(exchanged(api, made["key"]).json()["access"]).is_operator


def test_one_has_so_many_and_no_more(api, tokens, settings):
    settings.API_KEYS_PER_USER = 2
    mine = api(token=tokens.access)
    assert [mine.post(URL, BOT).status_code for _ in range(3)] == [201, 201, 409]
    first = mine.get(URL).json()["results"][0]
    mine.delete(f"{URL}/{first['id']}")
    assert mine.post(URL, BOT).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_at_once_there_are_no_more_than_that_either(api, alice, settings):
    settings.API_KEYS_PER_USER = 3
    mine = api(token=sign_in("alice").access)
    answers = at_once([lambda: mine.post(URL, BOT).status_code] * 6)
    assert sorted(answers) == [201, 201, 201, 409, 409, 409]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["read"]}, "name"),
        ({**BOT, "name": ""}, "name"),
        ({**BOT, "name": "x" * 65}, "name"),
        ({**BOT, "name": "a\u202eb"}, "name"),
        ({**BOT, "scopes": []}, "scopes"),
        ({**BOT, "scopes": ["operator"]}, "scopes"),
        ({**BOT, "scopes": ["customer"]}, "scopes"),
        ({**BOT, "scopes": "read"}, "scopes"),
        ({**BOT, "scopes": ["read", "trade", "read"]}, "scopes"),
        ({**BOT, "expires_in_days": 0}, "expires_in_days"),
        ({**BOT, "expires_in_days": 10**9}, "expires_in_days"),
        ({**BOT, "user": str(new_id())}, "user"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(api, tokens, body, field):
    answer = api(token=tokens.access).post(URL, body)
    assert answer.status_code == 400
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}
    assert not ApiKey.objects.exists()


def test_what_ended_long_ago_is_deleted(api, tokens, made, settings):
    api(token=tokens.access).post(URL, BOT)
    ApiKey.objects.filter(pk=made["id"]).update(
        revoked_at=timezone.now() - settings.SESSION_RETENTION - timedelta(days=1)
    )
    assert api_keys_purge() == 1
    assert ApiKey.objects.count() == 1
