"""Guessing stops by account, from however many addresses; a stranger's guesses do not keep the owner out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from servicekit.contracts.user import SecurityNoticed
from servicekit.testing.threads import at_once
from user_service.accounts.models import SignInAttempts
from user_service.accounts.services import attempts_purge, sign_in_attempts
from user_service.accounts.services.sign_in_attempts import FREE_ATTEMPTS, MAX_WAIT, _wait_after
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD, sign_in

URL = "/api/v1/auth/token"
HOME = "192.0.2.7"  # where conftest.sign_in signs in from

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer for a few tries than the first wait is, 5 s."""
    monkeypatch.setattr(sign_in_attempts, "MIN_WAIT", MAX_WAIT)


def attempt(api, password: str, address: str, username: str = "alice"):
    return api(x_forwarded_for=address).post(URL, {"username": username, "password": password})


def stranger(number: int) -> str:
    return f"203.0.113.{number}"


def let_the_wait_pass() -> None:
    SignInAttempts.objects.update(next_at=timezone.now())


def test_a_hundred_guesses_from_a_hundred_addresses_are_stopped(api, alice):
    answers = [attempt(api, f"guess {number}", stranger(number)) for number in range(100)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * FREE_ATTEMPTS + [429] * (100 - FREE_ATTEMPTS)
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "too_many_attempts"
    assert 1 <= int(refused["Retry-After"]) <= MAX_WAIT.total_seconds()
    # the right password is not looked at either, so that nobody learns that it is
    assert attempt(api, PASSWORD, stranger(200)).status_code == 429


def test_the_owner_is_notified_once(api, alice, published):
    for number in range(30):
        attempt(api, "x", stranger(number))
    attempt(api, "x", stranger(1), username="nobody")
    (notice,) = published(SecurityNoticed)
    assert (notice.user_id, notice.notice) == (alice.id, "wrong_passwords")


def test_names_and_addresses_of_one_account_are_counted_together(api, alice):
    for number in range(FREE_ATTEMPTS):
        attempt(api, "x", stranger(number), username=("alice", "ALICE", "alice@example.org")[number % 3])
    assert attempt(api, "x", stranger(99)).status_code == 429


def test_an_unknown_name_is_answered_alike(api, alice):
    for name in ("alice", "nobody", "nobody@example.org"):
        answers = [attempt(api, "x", stranger(number), username=name) for number in range(FREE_ATTEMPTS + 1)]
        assert [answer.status_code for answer in answers] == [401] * FREE_ATTEMPTS + [429]


def test_the_owner_comes_in_from_a_known_place_meanwhile(api, alice):
    sign_in("alice")
    for number in range(30):
        attempt(api, "x", stranger(number))
    assert attempt(api, PASSWORD, HOME).status_code == 200
    assert attempt(api, "x", stranger(99)).status_code == 429  # which gives the stranger no new tries


def test_a_known_place_is_counted_for_itself(api, alice):
    sign_in("alice")
    answers = [attempt(api, "x", HOME) for _ in range(FREE_ATTEMPTS + 1)]
    assert [answer.status_code for answer in answers] == [401] * FREE_ATTEMPTS + [429]
    assert attempt(api, PASSWORD, stranger(1)).status_code == 200


def test_a_place_of_long_ago_is_not_known(api, alice):
    sign_in("alice")
    Session.objects.update(last_seen_at=timezone.now() - timedelta(days=31))
    for number in range(FREE_ATTEMPTS):
        attempt(api, "x", stranger(number))
    assert attempt(api, PASSWORD, HOME).status_code == 429


def test_nobody_is_locked_out_for_good(api, alice):
    for number in range(FREE_ATTEMPTS + 5):
        attempt(api, "x", stranger(number))
        let_the_wait_pass()
    assert attempt(api, PASSWORD, stranger(99)).status_code == 200
    assert attempt(api, "x", stranger(99)).status_code == 401  # and the count began anew


def test_the_waits_double_up_to_a_quarter_of_an_hour(monkeypatch):
    monkeypatch.undo()
    waits = [_wait_after(count).total_seconds() for count in range(FREE_ATTEMPTS - 1, FREE_ATTEMPTS + 15)]
    assert waits == [0, 5, 10, 20, 40, 80, 160, 320, 640, *[900] * 7]
    assert _wait_after(10**6) == timedelta(minutes=15)


def test_the_right_password_forgets_the_wrong_ones(api, alice):
    for _ in range(3):
        for number in range(FREE_ATTEMPTS - 1):
            assert attempt(api, "x", stranger(number)).status_code == 401
        assert attempt(api, PASSWORD, stranger(99)).status_code == 200
        Session.objects.all().delete()


def test_counts_of_long_ago_are_forgotten(api, alice):
    for number in range(FREE_ATTEMPTS):
        attempt(api, "x", stranger(number))
    SignInAttempts.objects.update(last_at=timezone.now() - timedelta(days=2))
    assert attempt(api, PASSWORD, stranger(99)).status_code == 200
    attempt(api, "x", stranger(1), username="nobody")
    SignInAttempts.objects.update(last_at=timezone.now() - timedelta(days=2))
    assert attempts_purge() == 1


def test_an_operators_sign_in_is_counted_too(client, alice):
    form = {"username": "alice", "password": "x"}
    for _ in range(FREE_ATTEMPTS):
        assert client.post("/admin/users/login/", form).status_code == 200
    page = client.post("/admin/users/login/", form, headers={"Accept-Language": "ru"})
    assert "слишком много раз ввели неверный пароль" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_are_not_looked_at_together(api, django_user_model):
    from user_service.accounts.services import user_register

    user_register(username="alice", email="alice@example.org", password=PASSWORD)
    for number in range(FREE_ATTEMPTS):
        attempt(api, "x", stranger(number))
    let_the_wait_pass()
    answers = at_once([lambda: attempt(api, "x", stranger(50))] * 20)
    assert sorted(answer.status_code for answer in answers) == [401] + [429] * 19


@pytest.mark.django_db(transaction=True)
def test_twenty_right_sign_ins_at_once_are_let_in(api):
    from user_service.accounts.services import user_register

    user_register(username="alice", email="alice@example.org", password=PASSWORD)
    answers = at_once([lambda: attempt(api, PASSWORD, stranger(5))] * 20)
    assert [answer.status_code for answer in answers] == [200] * 20
    assert not SignInAttempts.objects.exists()
