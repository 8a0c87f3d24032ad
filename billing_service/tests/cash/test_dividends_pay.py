"""Holders are paid a dividend by the house, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import account_freeze
from servicekit.contracts.billing import DividendBooked
from servicekit.contracts.trading import DividendAllocated
from servicekit.ids import new_id


def allocated(user_id: UUID, **changes: Any) -> DividendAllocated:
    """0.24 for each of ten units."""
    values: dict[str, Any] = {
        "allocation_id": new_id(), "action_id": new_id(), "user_id": user_id, "instrument_id": new_id(),
        "ticker": "AAPL", "quantity": 10, "per_unit": Decimal("0.24"), "amount": 240, "currency": "USD",
        "allocated_at": timezone.now(),
    }  # fmt: skip
    return DividendAllocated(**values | changes)


def test_it_is_booked_and_published(customer, deliver, published):
    account = customer(100_00)
    event = allocated(account.user_id)

    deliver(event, request_id="click-7")

    entry = JournalEntry.objects.get(type="dividend")
    assert (entry.source_id, entry.request_id, entry.ticker) == (event.allocation_id, "click-7", "AAPL")
    assert (entry.quantity, entry.price) == (10, Decimal("0.24"))
    legs = LedgerEntry.objects.filter(journal_entry=entry).values_list("account__kind", "kind", "amount")
    assert sorted(legs) == [("customer_cash", "dividend", 240), ("house_cash", "dividend", -240)]
    assert LedgerAccount.objects.get(pk=account.pk).balance == 102_40
    (booked,) = published(DividendBooked)
    assert (booked.allocation_id, booked.action_id, booked.user_id) == (
        event.allocation_id,
        event.action_id,
        account.user_id,
    )
    assert (booked.amount, booked.balance_after, booked.journal_entry_id) == (240, 102_40, entry.id)


def test_delivered_again_under_another_id_it_is_booked_once(customer, deliver, deliver_many, published):
    account = customer()
    event = allocated(account.user_id)
    for _ in range(2):
        deliver(event)
    deliver_many([event, allocated(account.user_id, amount=1), event])
    assert LedgerAccount.objects.get(pk=account.pk).balance == 241
    assert len(published(DividendBooked)) == 2


def test_many_at_once(customer, deliver_many):
    accounts = [customer(), customer()]
    deliver_many([allocated(account.user_id) for account in accounts for _ in range(3)])
    assert {LedgerAccount.objects.get(pk=account.pk).balance for account in accounts} == {720}
    assert LedgerAccount.objects.get(kind="house_cash").balance == -1440


def test_a_frozen_account_is_paid(customer, deliver):
    account = customer()
    account_freeze(account_id=account.pk, reason="its books are looked into")
    deliver(allocated(account.user_id))
    assert LedgerAccount.objects.get(pk=account.pk).balance == 240


def test_without_an_account_nothing_of_the_batch_is_booked(customer, deliver_many):
    account = customer()
    with pytest.raises(AccountNotReady):
        deliver_many([allocated(account.user_id), allocated(new_id())])
    assert not JournalEntry.objects.exists()


def test_it_stands_in_the_history_and_the_file(customer, deliver, api):
    account = customer()
    deliver(allocated(account.user_id))
    (row,) = api(account.user_id).get("/api/v1/operations?type=dividend&ticker=aapl").json()["results"]
    assert (row["type"], row["amount"], row["ticker"]) == ("dividend", "2.40", "AAPL")
    assert (row["quantity"], row["price"], row["order_id"]) == (10, "0.24", None)
    by_nginx = {"X-Birzha-Exports": "taken"}
    file = api(account.user_id).get("/api/v1/operations?format=csv", headers=by_nginx)
    line = b"".join(file.streaming_content).decode().splitlines()[1]
    assert ",dividend,2.40,USD,2.40,,AAPL,10,0.24," in line
