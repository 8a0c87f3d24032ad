"""What deposits and withdrawals have alike: the request, its key, the booking, the daily quota."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.db.models import Model, Sum

from billing_service.cash.models import Deposit, Withdrawal
from billing_service.ledger.models import LedgerAccount, LedgerEntry
from servicekit.contracts.billing import DepositBooked, WithdrawalBooked
from servicekit.ids import new_id
from servicekit.testing.threads import at_once


class Way(NamedTuple):
    """Attributes:
    before: what the customer has.
    change: what a minor unit of the amount changes the balance by.
    """

    name: str
    model: type[Model]
    event: type
    before: int
    change: int

    @property
    def url(self) -> str:
        return f"/api/v1/{self.name}s"

    @property
    def quota(self) -> str:
        return f"{self.name.upper()}S_A_DAY"

    @property
    def made(self) -> int:
        return self.model._default_manager.count()


WAYS = (
    Way("deposit", Deposit, DepositBooked, 0, 1),
    Way("withdrawal", Withdrawal, WithdrawalBooked, 300_00, -1),
)


@pytest.fixture(params=WAYS, ids=[way.name for way in WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


@pytest.fixture
def account(customer: Any, way: Way) -> LedgerAccount:
    return customer(way.before)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def test_money_is_booked_and_published(way, account, api, published):
    answer = api(account.user_id).post(
        way.url, {"amount": "250.5"}, headers=key() | {"X-Request-Id": "click-1"}
    )

    assert answer.status_code == 201
    body, after = answer.json(), way.before + way.change * 250_50
    made: Any = way.model._default_manager.get()
    assert body == {
        "id": str(made.id),
        "amount": "250.50",
        "currency": "USD",
        "status": "booked",
        "balance_after": f"{after / 100:.2f}",
        "occurred_at": body["occurred_at"],
    }
    assert (made.user_id, made.amount) == (account.user_id, 250_50)
    entry = made.journal_entry
    assert (entry.type, entry.source_id, entry.request_id) == (way.name, made.id, "click-1")
    legs = LedgerEntry.objects.filter(journal_entry=entry)
    assert sorted(legs.values_list("account__kind", "kind", "amount", "balance_after")) == [
        ("customer_cash", way.name, way.change * 250_50, after),
        ("external", way.name, -way.change * 250_50, -after),
    ]
    (event,) = published(way.event)
    assert (getattr(event, f"{way.name}_id"), event.user_id) == (made.id, account.user_id)
    assert (event.amount, event.currency, event.balance_after) == (250_50, "USD", after)


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
        ({"currency": None}, "null"),
    ],
)
def test_fields_that_are_refused(way, account, api, extra, code):
    answer = api(account.user_id).post(way.url, {"amount": "5.00"} | extra, headers=key())

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert not way.made


def test_before_the_account_is_opened(db, way, api, user_id):
    answer = api(user_id).post(way.url, {"amount": "5.00"}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "account_not_ready")


def test_the_same_key_is_the_same_request(way, account, api):
    client, same = api(account.user_id), key()
    first = client.post(way.url, {"amount": "5.00"}, headers=same)
    again = client.post(way.url, {"amount": "5.00"}, headers=same)
    other = client.post(way.url, {"amount": "6.00"}, headers=same)
    (other_way,) = {one.url for one in WAYS} - {way.url}
    elsewhere = client.post(other_way, {"amount": "5.00"}, headers=same)

    assert "Idempotency-Replayed" not in first
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    for refused in (other, elsewhere):
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    account.refresh_from_db()
    assert account.balance == way.before + way.change * 5_00


@pytest.mark.django_db(transaction=True)
def test_sixty_at_once_with_one_key_are_one(way, account, api):
    same = key()

    def send():
        answer = api(account.user_id).post(way.url, {"amount": "5.00"}, headers=same)
        return answer.status_code, json.dumps(answer.json())

    answers = at_once([send] * 60)

    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    account.refresh_from_db()
    assert (account.balance, way.made) == (way.before + way.change * 5_00, 1)
    assert LedgerAccount.objects.aggregate(Sum("balance")) == {"balance__sum": 0}


def test_so_many_a_day_and_no_more(way, account, customer, api, published, settings):
    setattr(settings, way.quota, 2)
    client, kept = api(account.user_id), key()
    for headers in (kept, key()):
        assert client.post(way.url, {"amount": "1"}, headers=headers).status_code == 201

    refused = client.post(way.url, {"amount": "1"}, headers=key())

    assert (refused.status_code, refused.json()["code"]) == (429, f"{way.name}_quota_exceeded")
    limited = {"deposit": "top-ups", "withdrawal": "withdrawals"}[way.name]
    assert f"daily limit of {limited}: 2." in refused.json()["detail"]
    assert 0 < int(refused["Retry-After"]) <= 24 * 3600
    assert (way.made, len(published(way.event))) == (2, 2)
    assert client.post(way.url, {"amount": "1"}, headers=kept).status_code == 201  # it was taken before
    (other_way,) = {one.url for one in WAYS} - {way.url}
    assert client.post(other_way, {"amount": "1"}, headers=key()).status_code == 201
    another = customer(way.before)
    assert api(another.user_id).post(way.url, {"amount": "1"}, headers=key()).status_code == 201
    with connection.cursor() as cursor:  # yesterday's do not count
        cursor.execute(f"UPDATE cash_{way.name} SET created_at = created_at - interval '1 day'")
    assert client.post(way.url, {"amount": "1"}, headers=key()).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_quota_holds_for_many_at_once(way, account, api, settings):
    setattr(settings, way.quota, 3)

    def ask() -> int:
        return api(account.user_id).post(way.url, {"amount": "1"}, headers=key()).status_code

    assert sorted(at_once([ask] * 12)) == [201] * 3 + [429] * 9
