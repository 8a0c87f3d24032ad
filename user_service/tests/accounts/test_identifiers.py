"""Names and addresses that look alike are one, and one can sign in with any writing of them."""

from __future__ import annotations

import pytest

from user_service.accounts.models import User
from user_service.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        "alice",
        "ALICE",
        " Alice ",
        "ａｌｉｃｅ",
        "alice@example.org",
        "ALICE@EXAMPLE.ORG",
        "Alice＠example.org",
    ],
)
def test_one_signs_in_with_any_writing(api, alice, typed):
    answer = api().post("/api/v1/auth/token", {"username": typed, "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("registered", "same"),
    [
        ("kelvin@example.org", "\u212aelvin@example.org"),  # the Kelvin sign
        ("sam@example.org", "\u017fam@example.org"),  # the long s
        ("sam@example.org", "ｓａｍ@ｅｘａｍｐｌｅ.org"),
        ("sam@пример.рф", "sam@ПРИМЕР.РФ"),
        ("sam@пример.рф", "SAM@при\u200bмер.рф"),
    ],
)
def test_addresses_that_look_alike_are_one(api, registered, same):
    body = {"username": "first", "email": registered, "password": PASSWORD}
    assert api().post("/api/v1/users", body).status_code == 201
    answer = api().post("/api/v1/users", {**body, "username": "second", "email": same})
    assert answer.json()["code"] == "email_taken"
    assert api().post("/api/v1/auth/token", {"username": same, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("name", ["аlice", "al\u200bice", "alice\u0301", "ali\u202ece"])
def test_a_username_is_plain_latin(api, alice, name):
    body = {"username": name, "email": "b@example.org", "password": PASSWORD}
    assert api().post("/api/v1/users", body).json()["code"] == "username_invalid"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Алёна", "Алёна"),
        ("Але\u0308на", "Алёна"),
        ("Zoë 👩\u200d💻", "Zoë 👩\u200d💻"),
        ("", ""),
        ("नम\u200dस", "नम\u200dस"),
    ],
)
def test_a_display_name_is_composed(api, alice, name, kept):
    assert api(alice.id).patch("/api/v1/users/me", {"display_name": name}).json()["display_name"] == kept


@pytest.mark.parametrize(
    "name", ["\u200b", "Vera\u200b", "Ve\u00adra", "\u3164", "Vera\ufeff", "\u2800", "a\u200d", "\ue000"]
)
def test_what_cannot_be_seen_is_refused(api, alice, name):
    answer = api(alice.id).patch("/api/v1/users/me", {"display_name": name})
    assert (answer.status_code, answer.json()["code"]) == (400, "display_name_invalid")
    assert User.objects.get().display_name == ""
