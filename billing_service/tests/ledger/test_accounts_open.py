"""A customer registers: the cash account is opened, once."""

from __future__ import annotations

import json

import pytest

from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.services import accounts_open
from billing_service.tests.orders import received, registered
from servicekit.contracts.billing import AccountOpened
from servicekit.ids import new_id
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.sent import Sent
from servicekit.testing.threads import at_once


def test_registration_opens_an_empty_account(db, deliver, published, user_id):
    deliver(registered(user_id))

    account = LedgerAccount.objects.get(user_id=user_id)
    assert (account.kind, account.currency, account.balance, account.held) == ("customer_cash", "USD", 0, 0)
    (event,) = published(AccountOpened)
    assert (event.account_id, event.user_id, event.currency) == (account.id, user_id, "USD")
    assert event.opened_at == account.opened_at


def test_the_same_event_or_another_for_the_same_user_opens_nothing_more(db, deliver, published, user_id):
    event_id = new_id()
    assert deliver(registered(user_id), id=event_id)
    assert not deliver(registered(user_id), id=event_id)
    assert deliver(registered(user_id))

    assert LedgerAccount.objects.filter(user_id=user_id).count() == 1
    assert len(published(AccountOpened)) == 1


def test_many_at_once_each_with_its_own_request(db, published):
    people = [new_id() for _ in range(50)]
    messages = [received(registered(person), request_id=f"click-{n}") for n, person in enumerate(people)]

    with Sent() as sent:
        assert accounts_open(messages=[*messages, received(registered(people[0]))]) == 50

    inserts = [sql for sql in sent.statements if "INSERT" in sql]
    assert len(inserts) == 2  # accounts, outbox
    assert {event.user_id for event in published(AccountOpened)} == set(people)
    requests = OutboxEvent.objects.values_list("envelope", flat=True)
    assert {json.loads(text)["requestid"] for text in requests} >= {f"click-{n}" for n in range(1, 50)}


@pytest.mark.django_db(transaction=True)
def test_one_registration_delivered_many_times_at_once_opens_one_account(user_id):
    opened = at_once([lambda: accounts_open(messages=[received(registered(user_id))])] * 32)

    assert sorted(opened) == [0] * 31 + [1]


def test_account_is_shown_to_its_owner(customer, api):
    account = customer(1234_50)

    answer = api(account.user_id).get("/api/v1/account")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(account.id),
        "currency": "USD",
        "balance": "1234.50",
        "held": "0.00",
        "available": "1234.50",
        "status": "open",
    }
    assert answer["Cache-Control"] == "no-store"


def test_account_before_it_is_opened(db, api, user_id):
    answer = api(user_id).get("/api/v1/account", headers={"Accept-Language": "ru"})

    assert answer.status_code == 404
    assert answer.json()["code"] == "account_not_ready"
    assert answer["Content-Type"] == "application/problem+json"
    assert "открыва" in answer.json()["detail"]
