"""Holders are paid by the house for the fractions of units that a split leaves over, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from servicekit.contracts.trading import SplitAllocated
from servicekit.ids import new_id


def allocated(user_id: UUID, **changes: Any) -> SplitAllocated:
    """Eleven units became sixteen, and for half a unit 143.49 is paid."""
    values: dict[str, Any] = {
        "allocation_id": new_id(), "action_id": new_id(), "user_id": user_id, "instrument_id": new_id(),
        "ticker": "AAPL", "old_units": 2, "new_units": 3, "old_quantity": 11, "quantity": 16,
        "price": Decimal("286.98"), "amount": 143_49, "currency": "USD", "allocated_at": timezone.now(),
    }  # fmt: skip
    return SplitAllocated(**values | changes)


def test_it_is_booked_and_stands_in_the_history(customer, deliver, api):
    account = customer(100_00)
    event = allocated(account.user_id)

    deliver(event, request_id="click-7")

    entry = JournalEntry.objects.get(type="split")
    assert (entry.source_id, entry.request_id, entry.ticker) == (event.allocation_id, "click-7", "AAPL")
    legs = LedgerEntry.objects.filter(journal_entry=entry).values_list("account__kind", "kind", "amount")
    assert sorted(legs) == [("customer_cash", "split", 143_49), ("house_cash", "split", -143_49)]
    (row,) = api(account.user_id).get("/api/v1/operations?type=split&ticker=aapl").json()["results"]
    assert (row["type"], row["amount"], row["balance_after"]) == ("split", "143.49", "243.49")
    assert (row["ticker"], row["quantity"], row["order_id"]) == ("AAPL", None, None)


def test_sent_again_under_another_id_it_is_booked_once_and_nothing_is_not_booked(
    customer, deliver, deliver_many
):
    account = customer()
    event = allocated(account.user_id)
    for _ in range(2):
        deliver(event)
    deliver_many([event, allocated(account.user_id, amount=0), allocated(account.user_id, amount=1), event])
    deliver(allocated(new_id(), amount=0))  # has no account, and needs none
    assert LedgerAccount.objects.get(pk=account.pk).balance == 143_50
    assert JournalEntry.objects.filter(type="split").count() == 2
