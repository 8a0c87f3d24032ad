"""Booking a deposit or a withdrawal: the journal entry, and the record of the request."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from billing_service.cash.models import Deposit, Withdrawal
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import Draft, LockedAccount, Posting, journal_book
from servicekit.ids import new_id
from servicekit.telemetry import current_request_id

Record = TypeVar("Record", Deposit, Withdrawal)


class CashBooking(NamedTuple, Generic[Record]):
    """A deposit or a withdrawal, and the customer's balance after it, in minor units."""

    record: Record
    balance_after: int


def cash_book(
    model: type[Record],
    *,
    account: LockedAccount,
    user_id: UUID,
    change: int,
    currency: str,
    idempotency_key: str,
) -> CashBooking[Record]:
    """Move cash between a customer's account and the outside, in the caller's transaction.

    Args:
        model: of the record.
        change: minor units by which the account's balance changes: below zero for a withdrawal.

    Raises:
        IntegrityError: the key was used before.
    """
    name = model.__name__.upper()
    id, kind = new_id(), LedgerEntry.Kind[name]
    (entry,) = journal_book(
        [
            Draft(
                type=JournalEntry.Type[name],
                source_id=id,
                request_id=current_request_id(),
                currency=currency,
                postings=[
                    Posting(account, kind, change),
                    Posting(LedgerAccount.Kind.EXTERNAL, kind, -change),
                ],
                description=name.lower(),
            )
        ]
    )
    record = model.objects.create(
        id=id,
        user_id=user_id,
        idempotency_key=idempotency_key,
        amount=abs(change),
        currency=currency,
        journal_entry_id=entry.id,
        created_at=entry.occurred_at,
    )
    return CashBooking(record, account.balance)
