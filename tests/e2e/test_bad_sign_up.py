"""What a bad sign-up or sign-in gets: one entry per bad field, and no account."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.people import Client, Person, field_codes, problem_of
from tests.system import System


def sign_up(visitor: Client, **changes: Any) -> Any:
    name = f"e2e-{uuid4().hex[:10]}"
    body = {"username": name, "email": f"{name}@example.com", "password": "correct horse battery", **changes}
    return visitor.post("/users", {key: value for key, value in body.items() if value is not ...})


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_a_taken_name_or_address_in_any_case(visitor: Client, person: Person, change: Any) -> None:
    assert field_codes(sign_up(visitor, username=change(person.name))) == {"username": "username_taken"}
    assert field_codes(sign_up(visitor, email=change(person.email))) == {"email": "email_taken"}
    both = sign_up(visitor, username=change(person.name), email=change(person.email))
    assert field_codes(both) == {"username": "username_taken", "email": "email_taken"}


@pytest.mark.parametrize("password", ["", "a", "1234567", "password", "12345678901", "qwerty123", "x" * 1025])
def test_a_weak_password(visitor: Client, password: str) -> None:
    assert field_codes(sign_up(visitor, password=password)).keys() == {"password"}


def test_a_password_like_the_name(visitor: Client) -> None:
    answer = sign_up(visitor, username="e2e-margarita", password="e2e-margarita1")
    assert field_codes(answer).keys() == {"password"}


def test_a_long_password_is_fine(visitor: Client) -> None:
    assert sign_up(visitor, password="длинный пароль " * 4 + "1234").status_code == 201


@pytest.mark.parametrize(
    "name", ["", "ab", "a" * 33, "with space", "a@b.example", "имя", "a\x00b", "../../x"]
)
def test_a_name_that_cannot_be(visitor: Client, name: str) -> None:
    assert field_codes(sign_up(visitor, username=name)).keys() == {"username"}


@pytest.mark.parametrize("email", ["", "x", "x@", "@x", "a b@example.com", "a@b", "x" * 300 + "@example.com"])
def test_an_address_that_cannot_be(visitor: Client, email: str) -> None:
    assert field_codes(sign_up(visitor, email=email)).keys() == {"email"}


def test_every_bad_field_is_named_at_once(visitor: Client) -> None:
    answer = sign_up(visitor, username="", email="x", password="a")
    problem_of(answer, 400, "validation_failed")
    assert field_codes(answer).keys() == {"username", "email", "password"}
    nothing = sign_up(visitor, username=..., email=..., password=...)
    assert field_codes(nothing) == dict.fromkeys(("username", "email", "password"), "required")


def test_a_refused_sign_up_leaves_no_account(visitor: Client) -> None:
    name = f"e2e-{uuid4().hex[:10]}"
    assert sign_up(visitor, username=name, password="a").status_code == 400
    assert sign_up(visitor, username=name).status_code == 201


def test_an_unknown_user_and_a_wrong_password_look_the_same(visitor: Client, person: Person) -> None:
    answers = [
        visitor.post("/auth/token", {"username": name, "password": "wrong horse battery"})
        for name in (person.name, person.email, f"nobody-{uuid4().hex[:8]}")
    ]
    documents = [problem_of(answer, 401, "invalid_credentials") for answer in answers]
    assert len({(document["title"], document["detail"]) for document in documents}) == 1


def test_errors_are_written_in_the_readers_language(system: System) -> None:
    russian = sign_up(Client(system.url, Accept_Language="ru"), username="", password="a")
    for error in russian.json()["errors"]:
        assert any("а" <= letter <= "я" for letter in error["detail"].lower()), error
