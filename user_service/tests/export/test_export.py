"""GET /api/v1/users/me/export: all that is known of oneself, no secret, and nothing of anybody else."""

from __future__ import annotations

import pytest

from user_service.accounts.services import user_register
from user_service.api_keys.models import ApiKey
from user_service.api_keys.services import api_key_make
from user_service.closings.models import Closing
from user_service.export import selectors
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/users/me/export"

pytestmark = pytest.mark.django_db


def test_all_that_is_known_and_no_secret(api, alice, tokens):
    made = api_key_make(user_id=alice.id, name="my bot", scopes=["read"])
    api(token=tokens.access).post(
        "/api/v1/users/me/email", {"email": "new@example.org", "password": PASSWORD}
    )
    closing = Closing.objects.create(user=alice)
    answer = api(token=tokens.access).get(URL)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    known = answer.json()
    assert known["profile"]["email"] == "Alice@example.org"
    assert [session["address"] for session in known["sessions"]] == ["192.0.2.7"]
    assert [row["outcome"] for row in known["sign_ins"]] == ["signed_in"]
    assert [key["name"] for key in known["api_keys"]] == ["my bot"]
    assert [change["email"] for change in known["email_changes"]] == ["new@example.org"]
    assert [each["id"] for each in known["closings"]] == [str(closing.id)]
    alice.refresh_from_db()
    for secret in (
        made.text,
        ApiKey.objects.get().digest,
        alice.password,
        str(Session.objects.get().refresh_jti),
    ):
        assert secret not in answer.content.decode()


def test_nothing_of_anybody_else(api, alice, tokens):
    user_register(username="bob", email="bob@example.org", password=PASSWORD)
    sign_in("bob")
    text = api(token=tokens.access).get(URL).content.decode()
    assert "bob" not in text
    assert len(api(token=tokens.access).get(URL).json()["sessions"]) == 1


def test_the_latest_of_many(api, tokens, monkeypatch):
    monkeypatch.setattr(selectors, "MOST_ROWS", 2)
    latest = [sign_in("alice") for _ in range(3)][-1]
    known = api(token=latest.access).get(URL).json()
    assert len(known["sessions"]) == 2
