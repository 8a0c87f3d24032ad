"""A customer takes money out: never more than is available, once per key."""

from __future__ import annotations

import csv
import io

import pytest
from django.db.models import Sum

from billing_service.cash.models import Withdrawal
from billing_service.cash.services import deposit_make
from billing_service.holds.models import Hold
from billing_service.holds.services import holds_place
from billing_service.ledger.errors import ReversalNotCovered
from billing_service.ledger.models import JournalEntry, LedgerAccount
from billing_service.ledger.services import account_freeze, journal_reverse
from billing_service.tests.orders import limit_placed, order_placed, part_filled, received
from servicekit.audit.actors import Actor
from servicekit.contracts.billing import ReversalBooked
from servicekit.ids import new_id
from servicekit.testing.threads import at_once

URL = "/api/v1/withdrawals"
OLGA = Actor(name="olga", id=new_id())


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


def test_it_is_an_operation_of_its_own_kind(customer, api):
    account = customer(100_00)
    client = api(account.user_id)
    assert client.post(URL, {"amount": "25.00"}, headers=key()).status_code == 201

    (row,) = client.get("/api/v1/operations?type=withdrawal").json()["results"]
    assert (row["type"], row["amount"], row["balance_after"]) == ("withdrawal", "-25.00", "75.00")
    assert (row["ticker"], row["order_id"], row["reason"]) == (None, None, None)
    answer = client.get("/api/v1/operations?format=csv", headers={"X-Birzha-Exports": "1"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["type"], row["amount"]) for row in rows] == [("withdrawal", "-25.00"), ("deposit", "100.00")]


def test_all_that_is_available_and_not_a_cent_more(customer, api):
    account = customer(100_00)
    client = api(account.user_id)

    refused = client.post(URL, {"amount": "100.01"}, headers=key())

    assert (refused.status_code, refused.json()["code"]) == (400, "insufficient_funds")
    assert refused.json()["errors"][0]["field"] == "amount"
    assert refused.json()["detail"] == "$100.00 can be withdrawn; this withdrawal is $100.01."
    russian = api(account.user_id, accept_language="ru").post(URL, {"amount": "1000.01"}, headers=key())
    assert russian.json()["detail"] == "Вывести можно 100,00\xa0$, а запрошено 1\xa0000,01\xa0$."
    assert client.post(URL, {"amount": "100.00"}, headers=key()).status_code == 201
    account.refresh_from_db()
    assert (account.balance, account.held) == (0, 0)


def test_what_orders_hold_cannot_be_withdrawn(customer, deliver, api):
    account = customer(100_00)
    order = limit_placed(account.user_id, hold_amount=60_00)
    deliver(order)
    client = api(account.user_id)

    assert client.post(URL, {"amount": "40.01"}, headers=key()).json()["code"] == "insufficient_funds"
    assert client.post(URL, {"amount": "40.00"}, headers=key()).status_code == 201

    deliver(
        part_filled(order, amount=50_00, fee=1, final=True), sequence=3
    )  # what is left of the hold is free
    assert client.post(URL, {"amount": "9.99"}, headers=key()).status_code == 201
    account.refresh_from_db()
    assert (account.balance, account.held) == (0, 0)


def test_it_has_a_limit(customer, api, settings):
    settings.WITHDRAWAL_LIMIT = 50_00
    client = api(customer(100_00).user_id)

    answer = client.post(URL, {"amount": "50.01"}, headers=key())

    assert (answer.status_code, answer.json()["code"]) == (400, "limit_exceeded")
    assert "50.00" in answer.json()["detail"]
    assert client.post(URL, {"amount": "50.00"}, headers=key()).status_code == 201


def test_nothing_leaves_a_frozen_account(customer, api):
    account = customer(100_00)
    account_freeze(account_id=account.id, reason="the books do not agree")

    answer = api(account.user_id).post(URL, {"amount": "5.00"}, headers=key())

    assert (answer.status_code, answer.json()["code"]) == (409, "account_frozen")
    assert not Withdrawal.objects.exists()


def test_a_refused_withdrawal_can_be_tried_again_with_its_key(customer, api):
    account, same = customer(0), key()
    client = api(account.user_id)
    assert client.post(URL, {"amount": "5.00"}, headers=same).status_code == 400
    deposit_make(user_id=account.user_id, amount=5_00, currency="USD", idempotency_key="later")
    assert client.post(URL, {"amount": "5.00"}, headers=same).status_code == 201


def test_an_operator_puts_one_right(customer, api, published):
    """The transfer came back, say: the money is the customer's again, who is told why."""
    account = customer(100_00)
    client = api(account.user_id)
    client.post(URL, {"amount": "60.00"}, headers=key())
    entry = Withdrawal.objects.get().journal_entry

    journal_reverse(entry_id=entry.id, reason="the bank sent it back", by=OLGA)

    account.refresh_from_db()
    assert account.balance == 100_00
    (reversal,) = published(ReversalBooked)
    expected = ("withdrawal", 60_00, "the bank sent it back")
    assert (reversal.reversed_type, reversal.amount, reversal.reason) == expected
    row = client.get("/api/v1/operations").json()["results"][0]
    assert (row["type"], row["amount"], row["reason"]) == ("reversal", "60.00", "the bank sent it back")


def test_a_deposit_that_was_withdrawn_is_not_reversed(customer, api):
    account = customer(100_00)
    api(account.user_id).post(URL, {"amount": "60.00"}, headers=key())
    deposit = JournalEntry.objects.get(type="deposit")

    with pytest.raises(ReversalNotCovered):
        journal_reverse(entry_id=deposit.id, reason="paid in twice", by=OLGA)


@pytest.mark.django_db(transaction=True)
def test_withdrawals_and_orders_for_the_same_cash_get_what_there_is(customer, api):
    """40 rivals, each for 30.00 of 100.00: three of them get it, whichever they are."""
    account = customer(100_00)
    orders = [order_placed(account.user_id, hold_amount=30_00) for _ in range(20)]

    def withdraw():
        return api(account.user_id).post(URL, {"amount": "30.00"}, headers=key()).status_code == 201

    def buy(order):
        return lambda: holds_place(messages=[received(order)]) == 1

    rivals = [rival for order in orders for rival in (withdraw, buy(order))]
    results = at_once(rivals, threads=40)

    assert sum(result is True for result in results) == 3
    assert all(result in (True, False) for result in results)
    withdrawn = Withdrawal.objects.count()
    held = Hold.objects.filter(state="pending").count()
    account.refresh_from_db()
    assert withdrawn + held == 3
    assert (account.balance, account.held) == (100_00 - 30_00 * withdrawn, 30_00 * held)
    assert LedgerAccount.objects.aggregate(Sum("balance")) == {"balance__sum": 0}
