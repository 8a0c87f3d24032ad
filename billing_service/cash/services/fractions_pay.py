"""Paying for the fractions of units that splits leave over."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import sources_booked
from billing_service.ledger.services import Booked, Draft, LockedAccount, Posting, accounts_lock, journal_book
from servicekit.contracts.trading import SplitAllocated
from servicekit.messaging.consume import Received


@transaction.atomic(savepoint=False)
def fractions_pay(*, messages: Sequence[Received[SplitAllocated]]) -> list[Booked]:
    """Book what the house pays for fractions, one journal entry each; the share is its source.

    One that was booked, or for which nothing is paid, is passed over. A frozen account is paid, too, and the
    house's balance may fall below zero, as with dividends.

    Returns:
        What was booked.

    Raises:
        AccountNotReady: a customer has no account; nothing of the batch is booked.
    """
    paid = {message.event.allocation_id: message for message in messages if message.event.amount}
    accounts = accounts_lock(user_ids=[message.event.user_id for message in paid.values()])
    known = sources_booked(source_ids=paid)
    fresh = [message for id_, message in paid.items() if id_ not in known]
    if any(message.event.user_id not in accounts for message in fresh):
        raise AccountNotReady
    if not fresh:
        return []
    return journal_book([_draft(message, accounts[message.event.user_id]) for message in fresh])


def _draft(message: Received[SplitAllocated], account: LockedAccount) -> Draft:
    share = message.event
    return Draft(
        type=JournalEntry.Type.SPLIT,
        source_id=share.allocation_id,
        request_id=message.request_id,
        currency=share.currency,
        postings=(
            Posting(account, LedgerEntry.Kind.SPLIT, share.amount),
            Posting(LedgerAccount.Kind.HOUSE_CASH, LedgerEntry.Kind.SPLIT, -share.amount),
        ),
        ticker=share.ticker,
        price=share.price,
        description=f"fraction of a unit of {share.ticker}",
    )
