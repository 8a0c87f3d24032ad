"""A customer tops the account up."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from billing_service.cash.models import Deposit
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.tests.threads import race
from servicekit.contracts.billing import DepositBooked
from servicekit.ids import new_id

URL = "/api/v1/deposits"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def test_money_is_booked_and_published(customer, api, published):
    account = customer(0)

    answer = api(account.user_id).post(URL, {"amount": "250.5"}, headers=key() | {"X-Request-Id": "click-1"})

    assert answer.status_code == 201
    body = answer.json()
    deposit = Deposit.objects.get()
    assert body == {
        "id": str(deposit.id),
        "amount": "250.50",
        "currency": "USD",
        "status": "booked",
        "balance_after": "250.50",
        "occurred_at": body["occurred_at"],
    }
    assert (deposit.user_id, deposit.amount) == (account.user_id, 250_50)
    entry = deposit.journal_entry
    assert (entry.type, entry.source_id, entry.request_id) == ("deposit", deposit.id, "click-1")
    legs = LedgerEntry.objects.values_list("account__kind", "kind", "amount", "balance_after")
    assert sorted(legs) == [
        ("customer_cash", "deposit", 250_50, 250_50),
        ("external", "deposit", -250_50, -250_50),
    ]
    (event,) = published(DepositBooked)
    assert (event.deposit_id, event.user_id, event.amount) == (deposit.id, account.user_id, 250_50)
    assert (event.currency, event.balance_after) == ("USD", 250_50)


@pytest.mark.parametrize(
    "amount",
    ["0", "0.00", "-1", "-0.01", "0.001", "1.005", "NaN", "Infinity", "1e400", "1E2", "", " 5", "5,00", "abc",
     "9" * 31, "9" * 18, "0x10", "١٢", 5, 5.5, 10**400, True, None, [], {"a": 1}],
)  # fmt: skip
def test_what_is_not_an_amount(customer, api, amount):
    account = customer(0)

    answer = api(account.user_id).post(URL, {"amount": amount}, headers=key())

    assert answer.status_code == 400, answer.content
    body = answer.json()
    assert body["errors"][0]["field"] == "amount"
    assert body["code"] == ("validation_failed" if amount is None else "amount_invalid")
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    "raw", ["{", "", "[]", '"5"', '{"amount": NaN}', '{"amount": 1e400}', "null", "\xff"]
)
def test_what_is_not_a_body(customer, api, raw):
    account = customer(0)

    answer = api(account.user_id).post(URL, raw, content_type="application/json", headers=key())

    assert answer.status_code == 400, answer.content
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"user_id": str(new_id())}, "unknown_field"),
        ({"status": "booked"}, "unknown_field"),
        ({"balance_after": "1"}, "unknown_field"),
        ({"currency": "GBP"}, "currency_unsupported"),
        ({"currency": "EUR"}, "currency_unsupported"),
        ({"currency": "usd"}, "currency_unsupported"),
        ({"currency": 5}, "currency_unsupported"),
    ],
)
def test_fields_that_are_refused(customer, api, extra, code):
    account = customer(0)

    answer = api(account.user_id).post(URL, {"amount": "5.00"} | extra, headers=key())

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert not Deposit.objects.exists()


def test_a_deposit_has_a_limit(customer, api):
    client = api(customer(0).user_id)

    assert client.post(URL, {"amount": "1000000.00"}, headers=key()).status_code == 201
    answer = client.post(URL, {"amount": "1000000.01"}, headers=key())

    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "limit_exceeded"
    assert "$1,000,000.00" in problem["detail"]
    assert "$1,000,000.01" in problem["detail"]
    assert Deposit.objects.count() == 1


def test_a_balance_has_a_limit(customer, api, settings):
    settings.BALANCE_LIMIT = 150_00
    account = customer(100_00)
    client = api(account.user_id)

    answer = client.post(URL, {"amount": "50.01"}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (400, "limit_exceeded")
    account.refresh_from_db()
    assert (account.balance, JournalEntry.objects.count()) == (100_00, 1)

    assert client.post(URL, {"amount": "50.00"}, headers=key()).status_code == 201


def test_before_the_account_is_opened(db, api, user_id):
    answer = api(user_id).post(URL, {"amount": "5.00"}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "account_not_ready")


def test_nobody(db, api):
    assert api().post(URL, {"amount": "5.00"}, headers=key()).status_code == 401


def test_the_same_key_is_the_same_deposit(customer, api):
    account = customer(0)
    client, same = api(account.user_id), key()
    first = client.post(URL, {"amount": "5.00"}, headers=same)
    again = client.post(URL, {"amount": "5.00"}, headers=same)
    other = client.post(URL, {"amount": "6.00"}, headers=same)

    assert "Idempotency-Replayed" not in first
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    account.refresh_from_db()
    assert account.balance == 5_00


def test_a_key_is_needed_and_is_the_customers_own(customer, api):
    ann, bob, same = customer(0), customer(0), key()

    missing = api(ann.user_id).post(URL, {"amount": "5.00"})
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_missing")
    for account in (ann, bob):
        assert api(account.user_id).post(URL, {"amount": "5.00"}, headers=same).status_code == 201


def test_a_refused_deposit_can_be_tried_again_with_its_key(customer, api, settings):
    settings.DEPOSIT_LIMIT = 1_00
    client, same = api(customer(0).user_id), key()
    assert client.post(URL, {"amount": "5.00"}, headers=same).status_code == 400
    settings.DEPOSIT_LIMIT = 5_00
    assert client.post(URL, {"amount": "5.00"}, headers=same).status_code == 201


def test_other_methods(customer, api):
    client = api(customer(0).user_id)
    for method in (client.get, client.put, client.patch, client.delete):
        assert method(URL).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_sixty_at_once_with_one_key_are_one_deposit(customer, api):
    account, same = customer(0), key()

    def send():
        answer = api(account.user_id).post(URL, {"amount": "5.00"}, headers=same)
        return answer.status_code, json.dumps(answer.json())

    answers = race([send] * 60)

    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    account.refresh_from_db()
    assert (account.balance, Deposit.objects.count()) == (5_00, 1)
    assert sum(LedgerAccount.objects.values_list("balance", flat=True)) == 0


def test_so_many_a_day_and_no_more(customer, api, published, settings):
    settings.DEPOSITS_A_DAY = 2
    account = customer(0)
    client, kept = api(account.user_id), key()
    for headers in (kept, key()):
        assert client.post(URL, {"amount": "1"}, headers=headers).status_code == 201

    refused = client.post(URL, {"amount": "1"}, headers=key())

    assert (refused.status_code, refused.json()["code"]) == (429, "deposit_quota_exceeded")
    assert "daily limit of deposits: 2." in refused.json()["detail"]
    assert 0 < int(refused["Retry-After"]) <= 24 * 3600
    assert (Deposit.objects.count(), len(published(DepositBooked))) == (2, 2)
    assert client.post(URL, {"amount": "1"}, headers=kept).status_code == 201  # it was taken before
    assert api(customer(0).user_id).post(URL, {"amount": "1"}, headers=key()).status_code == 201
    with connection.cursor() as cursor:  # yesterday's do not count
        cursor.execute("UPDATE cash_deposit SET created_at = created_at - interval '1 day'")
    assert client.post(URL, {"amount": "1"}, headers=key()).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_quota_holds_for_many_at_once(customer, api, settings):
    settings.DEPOSITS_A_DAY = 3
    account = customer(0)
    top_up = lambda: api(account.user_id).post(URL, {"amount": "1"}, headers=key()).status_code  # noqa: E731
    answers = race([top_up] * 12)
    assert sorted(answers) == [201] * 3 + [429] * 9
