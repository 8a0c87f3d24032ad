"""Writes to the ledger's tables past the code that would refuse them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from billing_service.ledger.chain import entry_hash
from billing_service.ledger.models import JournalEntry, LedgerEntry
from billing_service.ledger.selectors import journal_head
from servicekit.ids import new_id

#: The account, the amount in minor units, the currency.
Leg = tuple[UUID, int, str]
#: What a leg adds to an entry's hash: account, number, kind, amount, currency, balance after.
LegValues = tuple[str, int, str, int, str, int]


def legs_of(entry_id: UUID, *legs: Leg, first: int = 1) -> list[LegValues]:
    """Write legs (account id, amount, currency), numbered from ``first`` on their accounts."""
    rows = [
        LedgerEntry(
            journal_entry_id=entry_id,
            account_id=account_id,
            number=number,
            kind="deposit",
            amount=amount,
            currency=currency,
            balance_after=amount,
        )
        for number, (account_id, amount, currency) in enumerate(legs, start=first)
    ]
    LedgerEntry.objects.bulk_create(rows)
    return [(str(r.account_id), r.number, r.kind, r.amount, r.currency, r.balance_after) for r in rows]


def book(
    *legs: Leg,
    hash: str | None = None,
    number: int | None = None,
    written: list[LegValues] | None = None,
    **fields: Any,
) -> JournalEntry:
    """Write an entry as the service would: its legs, then itself, with the number and hash that are next.

    ``written``: legs that :func:`legs_of` wrote already, instead of ``legs``.
    """
    values = {"type": "deposit", "source_id": new_id(), "occurred_at": timezone.now()} | fields
    entry = JournalEntry(**values)
    if written is None:
        written = legs_of(entry.id, *legs) if legs else []
    head = journal_head()
    entry.number = number or head.number + 1
    entry.hash = hash or entry_hash(
        entry, legs=written, number=entry.number, occurred_at=entry.occurred_at, previous=head.hash
    )
    entry.save(force_insert=True)
    return entry


@contextmanager
def refused_at_commit(reason: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
        yield
        connection.check_constraints()
