"""Corrections: an entry that undoes another, for a reason."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from billing_service.ledger.errors import AlreadyReversed, ReversalNotCovered
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services.accounts import LockedAccount, accounts_lock
from billing_service.ledger.services.journal import Booked, Draft, Posting, journal_book
from servicekit.ids import new_id
from servicekit.money import to_text
from servicekit.telemetry import current_request_id


@transaction.atomic
def journal_reverse(*, entry_id: UUID, reason: str, by: str) -> Booked:
    """Book the opposite of every leg of an entry. The entry itself stays as it is.

    Money only: a position, an order or a deposit's row are not touched; a hold stays captured. A
    reversal can be reversed itself, which books the first entry's legs again.

    Args:
        reason: for the books and the customer's history, up to 200 characters, not empty.
        by: an operator's id, or who ran the command.

    Raises:
        JournalEntry.DoesNotExist: there is no such entry.
        AlreadyReversed: an entry is reversed once.
        ReversalNotCovered: a customer has less available than the reversal takes back.
        ValueError: no reason or nobody is given.
    """
    if not reason.strip() or not by.strip():
        raise ValueError("a reversal has a reason and somebody who books it")
    entry = JournalEntry.objects.get(id=entry_id)
    legs = list(LedgerEntry.objects.filter(journal_entry=entry).select_related("account").order_by("id"))
    accounts = accounts_lock(user_ids=[leg.account.user_id for leg in legs if leg.account.user_id])
    earlier = JournalEntry.objects.filter(reverses=entry).first()
    if earlier is not None:
        raise AlreadyReversed(number=entry.number, by=earlier.number)
    for account in accounts.values():
        _require(account, sum(leg.amount for leg in legs if leg.account_id == account.id))
    (booked,) = journal_book(
        [
            Draft(
                type=JournalEntry.Type.REVERSAL,
                source_id=new_id(),
                request_id=current_request_id(),
                currency=legs[0].currency,
                postings=[
                    Posting(
                        accounts[leg.account.user_id]
                        if leg.account.user_id
                        else LedgerAccount.Kind(leg.account.kind),
                        LedgerEntry.Kind.REVERSAL,
                        -leg.amount,
                    )
                    for leg in legs
                ],
                order_id=entry.order_id,
                ticker=entry.ticker,
                description=f"reversal of {entry.number}: {entry.description}"[:200],
                reverses_id=entry.id,
                reason=reason.strip(),
                booked_by=by.strip(),
            )
        ]
    )
    return booked


def _require(account: LockedAccount, required: int) -> None:
    """Check that what a reversal takes from a customer is there and not held."""
    if required > max(account.available, 0):
        raise ReversalNotCovered(
            account_id=account.id,
            required=to_text(required, account.currency),
            available=to_text(account.available, account.currency),
            currency=account.currency,
        )
