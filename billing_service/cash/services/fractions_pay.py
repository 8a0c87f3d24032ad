"""Paying for the fractions of units that splits leave over."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from billing_service.cash.services.shares_pay import shares_pay
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import Booked, Draft, LockedAccount, Posting
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
    paid = [message for message in messages if message.event.amount]
    return [each.entry for each in shares_pay(paid, _draft)]


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
