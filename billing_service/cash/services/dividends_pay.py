"""Paying dividends."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from billing_service.cash.services.shares_pay import shares_pay
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import Booked, Draft, LockedAccount, Posting
from servicekit.contracts.billing import DividendBooked
from servicekit.contracts.trading import DividendAllocated
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish_many


@transaction.atomic(savepoint=False)
def dividends_pay(*, messages: Sequence[Received[DividendAllocated]]) -> list[Booked]:
    """Book what holders are paid by the house, one journal entry each; the allocation is its source.

    One that was booked is passed over, whatever event tells of it. A frozen account is paid, too: money that
    comes in is not what it was frozen for. The house's balance may fall below zero.

    Returns:
        What was booked.

    Raises:
        AccountNotReady: a customer has no account; nothing of the batch is booked.

    Emits:
        DividendBooked: for each that was booked.
    """
    paid = shares_pay(messages, _draft)
    publish_many(
        Outgoing(_booked(each.message.event, each.entry, each.account), cause=each.message) for each in paid
    )
    return [each.entry for each in paid]


def _draft(message: Received[DividendAllocated], account: LockedAccount) -> Draft:
    paid = message.event
    return Draft(
        type=JournalEntry.Type.DIVIDEND,
        source_id=paid.allocation_id,
        request_id=message.request_id,
        currency=paid.currency,
        postings=(
            Posting(account, LedgerEntry.Kind.DIVIDEND, paid.amount),
            Posting(LedgerAccount.Kind.HOUSE_CASH, LedgerEntry.Kind.DIVIDEND, -paid.amount),
        ),
        ticker=paid.ticker,
        quantity=paid.quantity,
        price=paid.per_unit,
        description=f"dividend of {paid.quantity} {paid.ticker}",
    )


def _booked(paid: DividendAllocated, entry: Booked, account: LockedAccount) -> DividendBooked:
    return DividendBooked(
        allocation_id=paid.allocation_id,
        action_id=paid.action_id,
        user_id=paid.user_id,
        journal_entry_id=entry.id,
        ticker=paid.ticker,
        quantity=paid.quantity,
        per_unit=paid.per_unit,
        amount=paid.amount,
        currency=paid.currency,
        balance_after=entry.balances[account.id],
        booked_at=entry.occurred_at,
    )
