"""Reversals: an entry that undoes another, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from billing_service.ledger.errors import (
    AccountClosed,
    AlreadyReversed,
    ReversalNotCovered,
    SettlementNotReversible,
)
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import settlement_undone_by
from billing_service.ledger.services.accounts import LockedAccount, accounts_lock
from billing_service.ledger.services.journal import Booked, Draft, Posting, journal_book
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts.billing import ReversalBooked
from servicekit.ids import new_id
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.money import to_text
from servicekit.telemetry import current_request_id


@transaction.atomic
def journal_reverse(*, entry_id: UUID, reason: str, by: Actor) -> Booked:
    """Book the opposite of every leg of an entry, and notify the customer. The entry itself stays as it is.

    Money only: a position, an order or a deposit's row are not touched. So a settlement is never
    reversed, and neither is a reversal that put one right again; a reversal can be reversed itself,
    which books the first entry's legs again. A frozen account's entries can be reversed: that is how its
    books are put right.

    Args:
        reason: for the books and the customer's history, up to 200 characters, not empty.

    Raises:
        JournalEntry.DoesNotExist: there is no such entry.
        SettlementNotReversible: a fill's money would go back and its units stay.
        AlreadyReversed: an entry is reversed once.
        ReversalNotCovered: a customer has less available than the reversal takes back.
        AccountClosed: it would move cash of an account that its customer has closed.
        ValueError: no reason is given, or a longer one.

    Emits:
        ReversalBooked: for each customer whose cash it moved.
    """
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise ValueError("a reversal has a reason of 200 characters at most")
    entry = JournalEntry.objects.get(id=entry_id)
    legs = list(entry_legs(entry))
    accounts = reversal_lock(entry)
    reversal_check(entry, legs=legs, accounts=accounts)
    draft = Draft(
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
        reason=reason,
        booked_by=by.key[:64],
    )
    (booked,) = journal_book([draft])
    _publish(entry, draft=draft, booked=booked, legs=legs, accounts=accounts)
    record(
        "journal.reverse",
        entry,
        by=by,
        reason=reason,
        after={"reversal": booked.id, "number": booked.number},
    )
    return booked


def entry_legs(entry: JournalEntry) -> QuerySet[LedgerEntry]:
    """The legs of an entry, each with its account, in the order of booking."""
    return LedgerEntry.objects.filter(journal_entry=entry).select_related("account").order_by("id")


def reversal_lock(entry: JournalEntry) -> Mapping[UUID, LockedAccount]:
    """Lock the customers' accounts that an entry moved: by user id."""
    return accounts_lock(user_ids=[leg.account.user_id for leg in entry_legs(entry) if leg.account.user_id])


def reversal_check(
    entry: JournalEntry, *, legs: Sequence[LedgerEntry], accounts: Mapping[UUID, LockedAccount]
) -> None:
    """Whether an entry may be reversed, as things are.

    Args:
        accounts: the customers' accounts of its legs.

    Raises:
        SettlementNotReversible, AlreadyReversed, ReversalNotCovered, AccountClosed: as
            :func:`journal_reverse`.
    """
    if (settlement := settlement_undone_by(entry)) is not None:
        raise SettlementNotReversible(number=settlement.number, order_id=settlement.order_id)
    earlier = JournalEntry.objects.filter(reverses=entry).first()
    if earlier is not None:
        raise AlreadyReversed(number=entry.number, by=earlier.number)
    for account in accounts.values():
        if (
            account.closing_id
            and LedgerAccount.objects.filter(pk=account.id, closed_at__isnull=False).exists()
        ):
            raise AccountClosed(account_id=account.id)
        _require(account, sum(leg.amount for leg in legs if leg.account_id == account.id))


@dataclass(frozen=True, slots=True)
class ReversalLeg:
    """A leg that a reversal would book; amounts in minor units, balances as of now."""

    account: LedgerAccount
    amount: int
    balance_before: int
    balance_after: int


def reversal_preview(entry: JournalEntry) -> list[ReversalLeg]:
    """What :func:`journal_reverse` would book, as things are.

    Raises:
        SettlementNotReversible, AlreadyReversed, ReversalNotCovered, AccountClosed: see there.
    """
    legs = list(entry_legs(entry))
    accounts = {
        account.user_id: LockedAccount(
            account.id, account.user_id, account.currency, account.balance, account.held,
            account.last_number, account.frozen_at, account.kind, account.closing_id,
        )
        for account in (leg.account for leg in legs)
        if account.user_id
    }  # fmt: skip
    reversal_check(entry, legs=legs, accounts=accounts)
    balances = {leg.account_id: leg.account.balance for leg in legs}
    planned = []
    for leg in legs:
        before = balances[leg.account_id]
        balances[leg.account_id] = before - leg.amount
        planned.append(ReversalLeg(leg.account, -leg.amount, before, before - leg.amount))
    return planned


def _require(account: LockedAccount, required: int) -> None:
    """Check that what a reversal takes from a customer is there and not held."""
    if required > max(account.available, 0):
        raise ReversalNotCovered(
            account_id=account.id,
            required=to_text(required, account.currency),
            available=to_text(account.available, account.currency),
            currency=account.currency,
        )


def _publish(
    entry: JournalEntry,
    *,
    draft: Draft,
    booked: Booked,
    legs: Sequence[LedgerEntry],
    accounts: Mapping[UUID, LockedAccount],
) -> None:
    """Publish what the reversal did to each customer."""
    publish_many(
        Outgoing(
            ReversalBooked(
                journal_entry_id=booked.id,
                reversed_id=entry.id,
                reversed_type=entry.type,
                user_id=user_id,
                amount=-sum(leg.amount for leg in legs if leg.account_id == account.id),
                currency=account.currency,
                balance_after=booked.balances[account.id],
                reason=draft.reason,
                booked_at=booked.occurred_at,
            ),
            sequence=sequence,
        )
        for sequence, (user_id, account) in enumerate(sorted(accounts.items()), start=1)
    )
