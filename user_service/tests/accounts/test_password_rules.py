"""Passwords that are tried first are refused, in both languages; one password is one however it is typed."""

from __future__ import annotations

import unicodedata

import pytest
from django.contrib.auth.hashers import make_password

from servicekit.contracts.user import PASSWORD_MAX
from user_service.accounts.models import User
from user_service.accounts.services import password_errors
from user_service.tests.conftest import PASSWORD

URL = "/api/v1/users"
TOKEN = "/api/v1/auth/token"
BOB = {"username": "bob_smith", "email": "robert@my-company.example"}


@pytest.mark.parametrize(
    ("password", "code"),
    [
        # what stands on an exchange
        ("birzha123", "password_too_common"), ("Birzha2026!", "password_too_common"),
        ("биржа12345", "password_too_common"), ("BirzhaBirzha1", "password_too_common"),
        ("exchange1!", "password_too_common"), (",bh;f123", "password_too_common"),
        # common words in both languages, in disguise
        ("Passw0rd!", "password_too_common"), ("P@$$w0rd2024", "password_too_common"),
        ("password", "password_too_common"), ("ＰＡＳＳＷＯＲＤ", "password_too_common"),
        ("Summer2024!", "password_too_common"), ("iloveyou!!", "password_too_common"),
        ("привет12", "password_too_common"), ("Привет!!", "password_too_common"),
        ("ПАРОЛЬ2026", "password_too_common"), ("любовь123", "password_too_common"),
        ("солнышко1", "password_too_common"), ("ghbdtn12", "password_too_common"),
        ("gfhjkm123", "password_too_common"), ("зфыыцщкв1", "password_too_common"),
        ("privet12", "password_too_common"), ("12345привет", "password_too_common"),
        # keys in a row, repetitions, spaces
        ("qwertyui", "password_too_common"), ("йцукен123", "password_too_common"),
        ("1q2w3e4r5t", "password_too_common"), ("poiuytre", "password_too_common"),
        ("abcdefgh", "password_too_common"), ("абвгдежз", "password_too_common"),
        ("aaaaaaaa", "password_too_common"), ("abababab", "password_too_common"),
        ("........", "password_too_common"), (" " * 8, "password_too_common"),
        ("\u00a0" * 8, "password_too_common"), ("12ab12ab", "password_too_common"),
        # one's own
        ("bob_smith", "password_too_similar"), ("BOB_SMITH1999", "password_too_similar"),
        ("robert12!", "password_too_similar"), ("my-company1", "password_too_similar"),
        ("b0b_5m1th", "password_too_similar"),
        # digits
        ("19841984", "password_entirely_numeric"), ("１２３４９８７６", "password_entirely_numeric"),
        ("2024-11-28", "password_entirely_numeric"), ("+7 (912) 345-67-89", "password_entirely_numeric"),
        # short
        ("x7#kQ!2", "password_too_short"),
    ],
)  # fmt: skip
def test_a_guessable_password_is_refused(password: str, code: str) -> None:
    errors = password_errors(password=password, **BOB)
    assert errors, password
    assert code in {errors[0].code, *_all_codes(password)}


def _all_codes(password: str) -> set[str]:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        validate_password(unicodedata.normalize("NFKC", password), User(**BOB))
    return {str(error.code) for error in refused.value.error_list}


def test_one_letter_is_short_however_many_it_stands_for() -> None:
    assert [error.code for error in password_errors(password="ﷺ", **BOB)] == ["password_too_short"]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD, "x9-long-enough", "correct horse battery staple", "три белых коня 7", "k7#mQ!2x",
        "monkey-839201-77!", "Tr0ub4dor&3x", "  spaces count  ", "x1" * 32, "я" * 100, "слон на крыше",
        "birzha is my hobby", "bob smith walks home",
    ],
)  # fmt: skip
def test_a_good_password_is_accepted(password: str) -> None:
    assert password_errors(password=password, **BOB) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_reason_is_in_the_readers_language(api, language):
    body = {**BOB, "password": "birzha123"}
    problem = api(accept_language=language).post(URL, body).json()
    assert problem["code"] == "password_too_common"
    assert ("слово" in problem["detail"]) == (language == "ru")


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["й ё Å пароль коня", "ｓｌｏｎ на крыше", "слон\u00a0на крыше"])
def test_one_password_however_its_letters_are_composed(api, password):
    assert api().post(URL, {**BOB, "password": password}).status_code == 201
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        typed = unicodedata.normalize(form, password)
        answer = api().post(TOKEN, {"username": "bob_smith", "password": typed})
        assert answer.status_code == 200, form
    assert api().post(TOKEN, {"username": "bob_smith", "password": password + " "}).status_code == 401


@pytest.mark.django_db
def test_a_hash_from_before_is_still_good_and_then_replaced(api, alice):
    old = unicodedata.normalize("NFD", "слоён и йод 5")
    User.objects.update(password=make_password(old))
    before = User.objects.get().password
    assert api().post(TOKEN, {"username": "alice", "password": old}).status_code == 200
    after = User.objects.get().password
    assert after != before
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, old)
        assert api().post(TOKEN, {"username": "alice", "password": typed}).status_code == 200
    assert User.objects.get().password == after


@pytest.mark.django_db
def test_the_longest_password_is_accepted_and_one_more_is_not(api):
    longest = "p 7!" * (PASSWORD_MAX // 4)
    assert api().post(URL, {**BOB, "password": longest}).status_code == 201
    assert api().post(TOKEN, {"username": "bob_smith", "password": longest}).status_code == 200
    assert api().post(TOKEN, {"username": "bob_smith", "password": longest + "x"}).status_code == 400
