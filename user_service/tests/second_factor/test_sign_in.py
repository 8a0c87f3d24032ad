"""With a second factor no way leads in by the password alone, and no code works twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from servicekit.contracts.user import SecurityNoticed
from servicekit.testing.threads import at_once
from user_service.accounts.models import SignInAttempts, User
from user_service.accounts.services.sign_in_attempts import FREE_ATTEMPTS
from user_service.api_keys.services import api_key_make
from user_service.sessions.models import Session, SignIn
from user_service.tests.conftest import PASSWORD, sign_in
from user_service.tests.second_factor.conftest import FACTOR

URL, FINISH = "/api/v1/auth/token", "/api/v1/auth/token/second-factor"
CREDENTIALS = {"username": "alice", "password": PASSWORD}

pytestmark = pytest.mark.django_db


def challenge_of(api) -> str:
    answer = api().post(URL, CREDENTIALS)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    return str(answer.json()["challenge"])


def outcomes() -> list[str]:
    return list(SignIn.objects.order_by("at", "id").values_list("outcome", flat=True))


def test_without_a_code_there_is_no_session(api, recovery_codes):
    answer = api().post(URL, CREDENTIALS)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (401, "second_factor_required")
    assert {"access", "refresh"}.isdisjoint(body)
    assert not Session.objects.exists()
    assert outcomes() == ["code_required"]


def test_who_does_not_know_the_password_does_not_learn_of_it(api, recovery_codes, app):
    answer = api().post(URL, {**CREDENTIALS, "password": "not hers", "code": app.wait()})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert "challenge" not in answer.json()


def test_with_a_code_at_once_or_by_the_challenge(api, recovery_codes, app):
    assert api().post(URL, {**CREDENTIALS, "code": app.wait()}).status_code == 200
    challenge = challenge_of(api)
    code = app.wait()
    answer = api().post(FINISH, {"challenge": challenge, "code": f"{code[:3]} {code[3:]}"})
    assert answer.status_code == 200
    token = answer.json()["access"]
    assert api(token=token).get("/api/v1/users/me").json()["username"] == "Alice"


def test_a_code_works_once_wherever(api, recovery_codes, app):
    challenge, code = challenge_of(api), app.wait()
    assert api().post(URL, {**CREDENTIALS, "code": code}).status_code == 200
    for url, body in ((URL, CREDENTIALS), (FINISH, {"challenge": challenge})):
        assert api().post(url, {**body, "code": code}).json()["code"] == "code_wrong"
    app.now -= 30  # nor does one from before it
    assert api().post(URL, {**CREDENTIALS, "code": app.code()}).json()["code"] == "code_wrong"


def test_the_code_that_turned_it_on_signs_nobody_in(api, recovery_codes, app):
    assert api().post(URL, {**CREDENTIALS, "code": app.code()}).json()["code"] == "code_wrong"


def test_a_clock_may_differ_by_a_step_and_no_more(api, recovery_codes, app):
    app.now += 300
    assert api().post(URL, {**CREDENTIALS, "code": app.code(steps=-2)}).json()["code"] == "code_wrong"
    assert api().post(URL, {**CREDENTIALS, "code": app.code(steps=2)}).json()["code"] == "code_wrong"
    assert api().post(URL, {**CREDENTIALS, "code": app.code(steps=-1)}).status_code == 200
    assert api().post(URL, {**CREDENTIALS, "code": app.code(steps=1)}).status_code == 200


def test_a_recovery_code_works_once_and_is_told(api, alice, recovery_codes, published):
    for _ in range(2):
        answer = api().post(URL, {**CREDENTIALS, "code": recovery_codes[0]})
    assert answer.json()["code"] == "code_wrong"
    assert Session.objects.count() == 1
    assert published(SecurityNoticed)[-1].notice == "recovery_code_used"
    assert api(alice.id).get(FACTOR).json()["recovery_codes_left"] == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_at_once_with_one_code_one_comes_in(api, recovery_codes, app, kind):
    body = {**CREDENTIALS, "code": app.wait() if kind == "app" else recovery_codes[0]}
    answers = at_once([lambda: api().post(URL, body)] * 6)
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]


def test_guesses_are_stopped_also_when_the_password_is_right_each_time(api, alice, recovery_codes, published):
    answers = [
        api(x_forwarded_for=f"203.0.113.{number}").post(URL, {**CREDENTIALS, "code": f"x{number}"})
        for number in range(40)
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:FREE_ATTEMPTS] == [400] * FREE_ATTEMPTS
    assert statuses.count(429) >= 40 - FREE_ATTEMPTS - 3
    assert answers[-1].json()["code"] == "too_many_attempts"
    assert "codes" in answers[-1].json()["detail"]
    assert [each.notice for each in published(SecurityNoticed)][-1] == "wrong_codes"
    by_challenge = api(x_forwarded_for="203.0.113.99").post(
        FINISH, {"challenge": challenge_of(api), "code": recovery_codes[0]}
    )
    assert by_challenge.status_code == 429  # whatever the way, and the right one is not looked at either
    assert {"wrong_code", "too_many_attempts", "code_required"} == set(outcomes())


def test_a_strangers_guesses_do_not_keep_the_owner_out(api, alice, recovery_codes, app):
    answer = api(x_forwarded_for="192.0.2.7").post(URL, {**CREDENTIALS, "code": app.wait()})
    assert answer.status_code == 200
    for number in range(30):
        api(x_forwarded_for=f"203.0.113.{number}").post(URL, {**CREDENTIALS, "code": "x"})
    answer = api(x_forwarded_for="192.0.2.7").post(URL, {**CREDENTIALS, "code": app.wait()})
    assert answer.status_code == 200
    SignInAttempts.objects.update(next_at=timezone.now())  # nor is anybody locked out for good
    answer = api(x_forwarded_for="203.0.113.200").post(URL, {**CREDENTIALS, "code": app.wait()})
    assert answer.status_code == 200


def test_a_challenge_ends(api, alice, recovery_codes, app, settings):
    challenge = challenge_of(api)
    for forged in ("", "x", challenge + "x", signing.dumps([str(alice.pk), ""], salt="another")):
        assert api().post(FINISH, {"challenge": forged, "code": app.code(1)}).status_code in (400, 401)
    body = {"challenge": challenge, "code": app.wait()}
    settings.CHALLENGE_LIFETIME = timedelta(seconds=-1)
    assert api().post(FINISH, body).json()["code"] == "challenge_invalid"
    settings.CHALLENGE_LIFETIME = timedelta(minutes=5)
    User.objects.filter(pk=alice.pk).update(password="argon2$another")
    assert api().post(FINISH, body).json()["code"] == "challenge_invalid"
    User.objects.filter(pk=alice.pk).update(is_active=False, password=alice.password)
    assert api().post(FINISH, body).json()["code"] == "challenge_invalid"
    assert not Session.objects.exists()


def test_signing_up_again_is_no_way_around_it(api, recovery_codes):
    body = {"username": "Alice", "email": "Alice@example.org", "password": PASSWORD, "sign_in": True}
    answer = api().post("/api/v1/users", body)
    assert answer.status_code == 400
    assert "tokens" not in answer.json()
    assert not Session.objects.exists()


def test_a_refresh_token_from_before_is_of_no_use(api, alice, app):
    before = sign_in("alice")
    body = {"secret": app.secret, "code": app.code(), "password": PASSWORD}
    assert api(alice.id).post(FACTOR, body).status_code == 201
    answer = api().post(f"{URL}/refresh", {"refresh": before.refresh})
    assert answer.json()["code"] == "session_revoked"
    assert api(token=before.access).get("/api/v1/users/me").status_code == 401


def test_api_keys_go_on_and_change_nothing_of_it(api, alice, recovery_codes):
    key = api_key_make(user_id=alice.pk, name="a bot", scopes=["read", "trade"]).text
    token = api().post(f"{URL}/api-key", {"api_key": key}).json()["access"]
    assert api(token=token).get("/api/v1/users/me").status_code == 200
    assert api(token=token).get(FACTOR).status_code == 403
    body = {"code": recovery_codes[0], "password": PASSWORD}
    for what in ("off", "recovery-codes"):
        assert api(token=token).post(f"{FACTOR}/{what}", body).json()["code"] == "people_only"


def test_a_code_without_a_second_factor_changes_nothing(api, alice):
    assert api().post(URL, {**CREDENTIALS, "code": "123456"}).status_code == 200
