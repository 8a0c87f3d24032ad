"""Paying dividends."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import sources_booked
from billing_service.ledger.services import Booked, Draft, LockedAccount, Posting, accounts_lock, journal_book
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
    accounts = accounts_lock(user_ids=[message.event.user_id for message in messages])
    known = sources_booked(source_ids=[message.event.allocation_id for message in messages])
    fresh: list[Received[DividendAllocated]] = []
    for message in messages:
        if message.event.allocation_id in known:
            continue
        if message.event.user_id not in accounts:
            raise AccountNotReady
        known.add(message.event.allocation_id)
        fresh.append(message)
    if not fresh:
        return []
    booked = journal_book([_draft(message, accounts[message.event.user_id]) for message in fresh])
    publish_many(
        Outgoing(_booked(message.event, entry, accounts[message.event.user_id]), cause=message)
        for message, entry in zip(fresh, booked, strict=True)
    )
    return booked


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
