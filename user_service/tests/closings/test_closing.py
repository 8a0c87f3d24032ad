"""Closing an account: asked for with the password, decided by billing_service, then nobody is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from servicekit.contracts.billing import ClosingDecided
from servicekit.contracts.user import AccountClosed, ClosingRequested, SecurityNoticed, SessionRevoked
from servicekit.testing.threads import at_once
from user_service.accounts.errors import UserIsClosed, UserMayNotSignIn
from user_service.accounts.models import AccountLink, User
from user_service.accounts.services import (
    password_reset_send,
    user_enable,
    user_register,
    user_update,
)
from user_service.api_keys.models import ApiKey
from user_service.api_keys.services import api_key_make
from user_service.closings.models import Closing
from user_service.closings.services import closings_request_again
from user_service.second_factor.models import SecondFactor
from user_service.second_factor.services import factor_set, recovery_codes_make
from user_service.sessions.models import Session, SignIn
from user_service.tests.conftest import BY, PASSWORD, sign_in

URL = "/api/v1/users/me/closing"

pytestmark = pytest.mark.django_db


def ask(api, tokens, password=PASSWORD):
    return api(token=tokens.access).post(URL, {"password": password})


def decided(closing: Closing, **changes) -> ClosingDecided:
    values: dict[str, Any] = {
        "attempt": 1, "closed": True, "balance": 0, "held": 0, "currency": "USD", "frozen": False,
        "open_orders": 0, "positions": 0, "payments_due": 0, "decided_at": timezone.now(),
    }  # fmt: skip
    return ClosingDecided(closing_id=closing.id, user_id=closing.user_id, **values | changes)


def test_it_is_asked_for_once_and_undecided_at_first(api, alice, tokens, published):
    assert api(token=tokens.access).get(URL).json()["code"] == "closing_not_found"
    first = ask(api, tokens)
    assert (first.status_code, first.json()["state"], first.json()["reasons"]) == (202, "pending", [])
    assert ask(api, tokens).json()["id"] == first.json()["id"]
    (asked,) = published(ClosingRequested)
    assert (asked.user_id, str(asked.closing_id), asked.attempt) == (alice.id, first.json()["id"], 1)
    assert api(token=tokens.access).get(URL).json() == first.json()


def test_the_password_is_needed_and_cannot_be_guessed_here(api, tokens, published):
    refused = ask(api, tokens, password="wrong")
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("password", "password_wrong")
    ]
    for _ in range(9):
        ask(api, tokens, password="wrong")
    assert ask(api, tokens).json()["code"] == "too_many_attempts"
    assert published(ClosingRequested) == []
    assert set(SignIn.objects.filter(method="closing").values_list("outcome", flat=True)) == {
        "wrong_password", "too_many_attempts",
    }  # fmt: skip


def test_an_operator_stays(api, published):
    user_register(username="boss", email="boss@example.org", password=PASSWORD, is_operator=True)
    assert ask(api, sign_in("boss")).json()["code"] == "operators_stay"


@pytest.mark.parametrize(
    ("left", "codes", "sentence"),
    [
        ({"balance": 150_00}, ["cash_left"], "There is $150.00 in your account. Withdraw it first."),
        (
            {"balance": 150_00, "held": 150_00}, ["cash_held"],
            "$150.00 is held for open orders. Cancel them first.",
        ),
        ({"open_orders": 2}, ["orders_open"], "2 orders are open. Cancel them first."),
        ({"positions": 1}, ["positions_left"], "You hold units of 1 instrument. Sell them first."),
        (
            {"payments_due": 1}, ["payments_due"],
            "A payment to your account is still being booked. Try again later.",
        ),
        ({"frozen": True}, ["account_frozen"], "Your account is frozen while it is being checked."),
        (
            {"balance": 150_00, "held": 50_00, "positions": 3}, ["cash_left", "cash_held", "positions_left"],
            "There is $100.00 in your account. Withdraw it first.",
        ),
    ],
)  # fmt: skip
def test_a_refusal_names_each_reason_and_one_may_ask_again(api, tokens, deliver, left, codes, sentence):
    ask(api, tokens)
    deliver(decided(Closing.objects.get(), closed=False, **left))
    answer = api(token=tokens.access).get(URL).json()
    assert (answer["state"], [each["code"] for each in answer["reasons"]]) == ("refused", codes)
    assert answer["reasons"][0]["detail"] == sentence
    assert api(token=tokens.access).get("/api/v1/users/me").status_code == 200
    assert ask(api, tokens).json()["state"] == "pending"
    assert Closing.objects.count() == 2


def test_the_person_is_erased_and_the_username_stays(api, alice, tokens, deliver, published):
    user_update(user_id=alice.id, display_name="Alice Liddell", time_zone="Europe/London")
    api_key_make(user_id=alice.id, name="my bot", scopes=["read"])
    sign_in("alice")
    ask(api, tokens)
    deliver(decided(Closing.objects.get()))

    user = User.objects.get(pk=alice.pk)
    assert (user.username, user.display_name, user.is_active, user.time_zone) == ("Alice", "", False, "UTC")
    assert user.email.endswith("@closed.invalid")
    assert not user.has_usable_password()
    assert (Closing.objects.get().state, user.closed_at is not None) == ("closed", True)
    for session in Session.objects.filter(user=user):
        assert (session.revoked_reason, session.user_agent, session.ip) == ("closed", "", None)
    assert (ApiKey.objects.get().name, ApiKey.objects.get().is_usable) == ("", False)
    assert not SignIn.objects.filter(user=user).exists()
    assert not AccountLink.objects.filter(user=user).exists()
    # the last mail goes where the account was; every service hears of the end
    assert [(each.notice, each.email) for each in published(SecurityNoticed)][-1] == (
        "account_closed", "Alice@example.org",
    )  # fmt: skip
    (closed,) = published(AccountClosed)
    assert closed.user_id == alice.id
    assert len(published(SessionRevoked)) == 3
    # neither the tokens nor the password are of any use
    assert api(token=tokens.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
    for identifier in ("alice", "alice@example.org"):
        body = {"username": identifier, "password": PASSWORD}
        assert api().post("/api/v1/auth/token", body).json()["code"] == "invalid_credentials"
    # nobody else can have the name, in any case; the address is free
    body = {"username": "ALICE", "email": "alice@example.org", "password": PASSWORD}
    refused = api().post("/api/v1/users", body).json()
    assert [(each["field"], each["code"]) for each in refused["errors"]] == [("username", "username_taken")]
    assert api().post("/api/v1/users", {**body, "username": "alice2"}).status_code == 201


def test_it_is_closed_once_whatever_comes_again(api, tokens, deliver, published):
    ask(api, tokens)
    closing = Closing.objects.get()
    deliver(decided(closing, closed=False, positions=1))  # of an earlier attempt
    for _ in range(2):
        deliver(decided(closing, attempt=2))
    deliver(decided(closing, closed=False))
    assert (Closing.objects.get().state, len(published(AccountClosed))) == ("closed", 1)


def test_what_got_no_answer_is_asked_again(api, tokens, published):
    ask(api, tokens)
    assert closings_request_again() == 0
    Closing.objects.update(last_attempt_at=timezone.now() - timedelta(minutes=6))
    assert closings_request_again() == 1
    assert [each.attempt for each in published(ClosingRequested)] == [1, 2]
    assert closings_request_again() == 0


def test_operators_cannot_bring_it_back(api, alice, tokens, deliver):
    ask(api, tokens)
    deliver(decided(Closing.objects.get()))
    with pytest.raises(UserIsClosed):
        user_enable(user_id=alice.id, **BY)
    with pytest.raises(UserMayNotSignIn):
        password_reset_send(user_id=alice.id, **BY)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(is_active=True)


def test_a_profile_is_not_changed_after_it(api, alice, tokens, deliver):
    ask(api, tokens)
    deliver(decided(Closing.objects.get()))
    with pytest.raises(IntegrityError), transaction.atomic():
        user_update(user_id=alice.id, display_name="Alice again")


@pytest.mark.django_db(transaction=True)
def test_two_wishes_at_once_are_one(api, tokens, published):
    answers = at_once([lambda: ask(api, tokens).json()["id"]] * 4)
    assert len(set(answers)) == 1
    assert len(published(ClosingRequested)) == 1


def test_whoever_has_its_number_sees_what_became_of_it_without_a_token(api, tokens, deliver):
    closing_id = ask(api, tokens).json()["id"]
    address = f"/api/v1/users/closings/{closing_id}"
    assert api().get(address).json() == {"state": "pending"}
    deliver(decided(Closing.objects.get()))
    assert api().get(address).json() == {"state": "closed"}
    assert api().get("/api/v1/users/closings/0198c9a0-0000-7000-8000-000000000000").status_code == 404


def test_the_second_factor_is_asked_for_and_goes_with_the_person(api, alice, tokens, deliver):
    factor = factor_set(user_id=alice.id, secret=b"x" * 20, step=1)
    (recovery, *_) = recovery_codes_make(factor=factor)
    for code in ("", "000000"):
        answer = api(token=tokens.access).post(URL, {"password": PASSWORD, "code": code})
        assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("code", "code_wrong")]
    assert api(token=tokens.access).post(URL, {"password": PASSWORD, "code": recovery}).status_code == 202
    deliver(decided(Closing.objects.get()))
    assert not SecondFactor.objects.exists()
