"""A customer tops the account up."""

from __future__ import annotations

from billing_service.cash.models import Deposit
from billing_service.ledger.models import JournalEntry
from servicekit.ids import new_id

URL = "/api/v1/deposits"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


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
