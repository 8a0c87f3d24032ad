"""So many sign-ups from an address, sign-ins of an account, changes of a profile a day, and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client as Browser

from servicekit.auth.authentication import OPERATOR_COOKIE
from servicekit.contracts.user import AccountRegistered, ProfileChanged
from servicekit.testing.keys import access_token
from servicekit.testing.threads import at_once
from user_service.accounts.models import DailyCount, User
from user_service.accounts.services import daily_counts_purge, user_register, user_update
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db

URL = "/api/v1/users"


def sign_up(number: int, address: str = "198.51.100.7", **more: Any) -> Any:
    body = {
        "username": f"pupil-{number}",
        "email": f"pupil-{number}@example.org",
        "password": PASSWORD,
        **more,
    }
    headers = {"X-Forwarded-For": address, "Accept-Language": more.pop("language", "en")}
    return Browser().post(URL, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("extra", [{}, {"sign_in": True}])
def test_one_more_sign_up_from_an_address_is_refused_and_makes_nothing(settings, published, extra):
    settings.SIGN_UPS_A_DAY = 3
    for number in range(3):
        assert sign_up(number, **extra).status_code == 201
    refused = sign_up(3, **extra)
    assert (refused.status_code, refused.json()["code"]) == (429, "sign_up_quota_exceeded")
    assert refused.json()["detail"].startswith("Your network address has reached")
    assert 0 < int(refused["Retry-After"]) <= 24 * 3600
    assert (User.objects.count(), len(published(AccountRegistered))) == (3, 3)
    assert sign_up(3, "198.51.100.8", **extra).status_code == 201


def test_an_ipv6_network_is_one_address(settings):
    settings.SIGN_UPS_A_DAY = 1
    assert sign_up(0, "2001:db8:0:1::1").status_code == 201
    assert sign_up(1, "2001:db8:0:1:ffff::2").status_code == 429
    assert sign_up(1, "2001:db8:0:2::1").status_code == 201


def test_a_refusal_and_a_repeat_do_not_count(settings):
    settings.SIGN_UPS_A_DAY = 2
    assert sign_up(0, sign_in=True).status_code == 201
    assert sign_up(0, sign_in=True).status_code == 200  # the answer was lost: it is a sign-in
    assert sign_up(0, email="another@example.org").status_code == 400
    assert sign_up(1, password="short").status_code == 400
    assert sign_up(1, sign_in=True).status_code == 201
    assert sign_up(1, sign_in=True).status_code == 200
    assert sign_up(2).status_code == 429


def test_the_machine_itself_counts_for_nobody(settings):
    settings.SIGN_UPS_A_DAY = 1
    for name in ("one", "two"):
        user_register(username=name, email=f"{name}@example.org", password=PASSWORD)
    assert not DailyCount.objects.exists()


def test_sign_ins_of_an_account(settings, alice):
    settings.SIGN_INS_A_DAY = 2
    opened = [sign_in("alice"), sign_in("alice")]
    body = {"username": "alice", "password": PASSWORD}
    refused = Browser().post("/api/v1/auth/token", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (429, "sign_in_quota_exceeded")
    assert Session.objects.filter(revoked_at=None).count() == len(opened)
    wrong = Browser().post("/api/v1/auth/token", body | {"password": "no"}, content_type="application/json")
    assert wrong.status_code == 401  # who does not know the password uses nothing up and learns nothing


def test_changes_of_a_profile(settings, alice, published):
    settings.PROFILE_CHANGES_A_DAY = 2
    client = Browser(headers={"Authorization": f"Bearer {sign_in('alice').access}"})

    def change(name: str) -> Any:
        return client.patch(f"{URL}/me", {"display_name": name}, content_type="application/json")

    assert [change(name).status_code for name in ("A", "B", "B")] == [
        200,
        200,
        200,
    ]  # the third changes nothing
    refused = change("C")
    assert (refused.status_code, refused.json()["code"]) == (429, "profile_quota_exceeded")
    password = {"old_password": PASSWORD, "new_password": "seven-yellow-pears"}
    refused = client.post(f"{URL}/me/password", password, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (429, "profile_quota_exceeded")
    alice.refresh_from_db()
    assert (alice.display_name, alice.check_password(PASSWORD)) == ("B", True)
    assert len(published(ProfileChanged)) == 2


def test_the_next_day_begins_anew_and_past_days_are_forgotten(settings, alice):
    settings.PROFILE_CHANGES_A_DAY = 1
    user_update(user_id=alice.id, display_name="A")
    DailyCount.objects.update(day=F("day") - timedelta(days=1))
    user_update(user_id=alice.id, display_name="B")
    assert DailyCount.objects.get().count == 1
    assert daily_counts_purge() == 0
    DailyCount.objects.update(day=F("day") - timedelta(days=2))
    assert daily_counts_purge() == 1


def test_operators_see_who_is_at_a_quota(settings, alice):
    settings.SIGN_UPS_A_DAY = 2
    for number, address in enumerate(("198.51.100.7", "198.51.100.7", "198.51.100.8")):
        sign_up(number, address)
    operator = user_register(username="operator", email="op@example.org", password=PASSWORD, is_operator=True)
    browser = Browser()
    browser.cookies[OPERATOR_COOKIE] = access_token(operator.id, scope="customer operator")
    page = browser.get("/admin/users/accounts/dailycount/?at_quota=yes").content.decode()
    assert "198.51.100.7" in page
    assert "198.51.100.8" not in page


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_exactly(settings):
    settings.SIGN_UPS_A_DAY = 5
    answers = at_once([lambda number=number: sign_up(number).status_code for number in range(12)])
    assert sorted(answers) == [201] * 5 + [429] * 7
