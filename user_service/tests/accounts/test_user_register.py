"""Signing up: the profile, the event, every bad field, and races for one name."""

from __future__ import annotations

import pytest
from django.test import override_settings

from servicekit.contracts.user import AccountRegistered
from servicekit.errors import FieldsRefused
from servicekit.testing.threads import at_once
from user_service.accounts.models import User
from user_service.accounts.services import user_register
from user_service.tests.conftest import PASSWORD

URL = "/api/v1/users"
GOOD = {"username": "Bob_1", "email": "bob@example.org", "password": PASSWORD}


def codes(response) -> dict[str, str]:
    return {error["field"]: error["code"] for error in response.json()["errors"]}


@pytest.mark.django_db
def test_profile_and_event(api, published):
    response = api().post(URL, GOOD | {"locale": "ru"})

    assert response.status_code == 201
    assert response["Location"] == "/api/v1/users/me"
    profile = response.json()
    user = User.objects.get()
    assert profile == {
        "id": str(user.id),
        "username": "Bob_1",
        "email": "bob@example.org",
        "email_confirmed": False,
        "email_wanted": "",
        "display_name": "",
        "locale": "ru",
        "time_zone": "UTC",
        "theme": "",
        "colours": "",
        "created_at": profile["created_at"],
    }
    assert not user.is_staff
    assert not user.is_superuser
    assert published(AccountRegistered) == [
        AccountRegistered(
            user_id=user.id,
            username="Bob_1",
            email="bob@example.org",
            locale="ru",
            registered_at=user.created_at,
        )
    ]


@pytest.mark.django_db
def test_stored_as_argon2id_with_owasp_parameters(monkeypatch):
    monkeypatch.undo()  # what makes the hashes of the other tests quick
    user = user_register(username="Carol", email="carol@example.org", password=PASSWORD)
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.django_db
@pytest.mark.parametrize(("header", "locale"), [("ru-RU,ru;q=0.9", "ru"), ("de", "en"), ("en", "en")])
def test_language_of_the_request_is_the_default(api, header, locale):
    assert api(accept_language=header).post(URL, GOOD).json()["locale"] == locale


@pytest.mark.django_db
def test_one_entry_for_each_bad_field(api):
    response = api().post(URL, {"username": "a b", "email": "nowhere", "password": "12345", "locale": "de"})
    assert response.status_code == 400
    assert response.json()["code"] == "validation_failed"
    assert len(response.json()["errors"]) == 4
    assert codes(response) == {
        "username": "username_invalid",
        "email": "email_invalid",
        "password": "password_too_short",
        "locale": "invalid_choice",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "ab", "min_length"),
        ("username", "a" * 33, "max_length"),
        ("username", " bob", "username_invalid"),
        ("username", "Admin", "username_reserved"),
        ("username", "s.y.s-t_e.m", "username_reserved"),
        ("username", "support-24", "username_reserved"),
        ("username", "bob\n", "username_invalid"),
        ("username", "боб", "username_invalid"),
        ("username", "bob@example.org", "username_invalid"),
        ("username", 12345, "invalid"),
        ("username", None, "null"),
        ("username", ["bob"], "invalid"),
        ("username", "bob\x00", "null_characters_not_allowed"),
        ("email", "", "blank"),
        ("email", True, "invalid"),
        ("email", "a" * 250 + "@b.org", "max_length"),
        ("password", 123456789012, "invalid"),
        ("password", "password123", "password_too_common"),
        ("password", "Bob_1@bob", "password_too_similar"),
        ("password", "bob@example.org", "password_too_similar"),
        ("password", "9182736451", "password_entirely_numeric"),
        ("password", "x" * 1025, "max_length"),
        ("is_staff", True, "unknown_field"),
        ("id", "0192f6a0-0000-7000-8000-000000000000", "unknown_field"),
        ("locale", {}, "invalid_choice"),
    ],
)
def test_bad_field(api, published, field, value, code):
    response = api().post(URL, GOOD | {field: value})
    assert response.status_code == 400
    assert codes(response).get(field) == code
    assert not User.objects.exists()
    assert published() == []


@pytest.mark.django_db
def test_a_body_of_two_mebibytes(api):
    response = api().post(URL, GOOD | {"password": "x" * 2 * 1024 * 1024})
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["x1" * 32, "я" * 100, "p 7" * 341, "  spaces count  "])
def test_long_passwords_are_accepted_whole(api, password):
    assert api().post(URL, GOOD | {"password": password}).status_code == 201
    pair = {"username": "bob_1", "password": password}
    assert api().post("/api/v1/auth/token", pair).status_code == 200
    assert api().post("/api/v1/auth/token", pair | {"password": password[:-1]}).status_code == 401


@pytest.mark.django_db
def test_a_single_reason_is_the_problems_own_code(api, alice):
    response = api(accept_language="ru").post(URL, GOOD | {"username": "alice"})
    assert response.json()["code"] == "username_taken"
    assert response.json()["detail"] == "Логин alice уже занят."
    assert api().post(URL, GOOD | {"email": "ALICE@example.org"}).json()["code"] == "email_taken"


@pytest.mark.django_db
def test_the_use_case_checks_the_password_itself(published):
    with pytest.raises(FieldsRefused) as refused:
        user_register(username="carol", email="c@example.org", password="qwertyui")
    assert refused.value.errors[0].code == "password_too_common"
    assert published() == []


@pytest.mark.django_db(transaction=True)
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_twenty_at_once_for_one_name(published):
    def register(number: int):
        name = "Dave" if number % 2 else "dAVE"
        return lambda: user_register(username=name, email=f"d{number}@example.org", password=PASSWORD)

    results = at_once(register(number) for number in range(20))

    assert [type(result) for result in results].count(User) == 1
    refused = [result for result in results if isinstance(result, FieldsRefused)]
    assert len(refused) == 19
    assert {error.code for result in refused for error in result.errors} == {"username_taken"}
    assert User.objects.count() == 1
    assert len(published(AccountRegistered)) == 1
