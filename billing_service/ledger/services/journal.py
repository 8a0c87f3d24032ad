"""Booking: journal entries with their legs, the balances they change, and their place in the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from billing_service.ledger.chain import Leg, entry_hash, price_text
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services.accounts import LockedAccount, accounts_save
from servicekit.database import Statement
from servicekit.database.bulk import Insert, Lock
from servicekit.ids import new_id

# As the triggers lock it, which make it if there is none. The ORM's locking read takes 2.4 times as long.
_HEAD = Statement("SELECT number, hash, moment FROM ledger_lock_head()")


class _Leg(NamedTuple):
    """A row of :class:`LedgerEntry`."""

    id: UUID
    journal_entry_id: str
    account_id: str
    number: int
    kind: str
    amount: int
    currency: str
    balance_after: int


class _Entry(NamedTuple):
    """A row of :class:`JournalEntry`; all entries booked together have the same time."""

    id: str
    number: int
    hash: str
    type: str
    source_id: UUID
    request_id: str
    order_id: UUID | None
    fill_id: UUID | None
    ticker: str
    quantity: int | None
    price: str | None
    description: str
    reverses_id: UUID | None
    reason: str
    booked_by: str


_OWN = Lock(LedgerAccount, LockedAccount, key="currency", where="kept.kind <> 'customer_cash'")
_LEGS = Insert(LedgerEntry, _Leg)
_ENTRIES = Insert(JournalEntry, _Entry, shared=("occurred_at",))


@dataclass(frozen=True, slots=True)
class Posting:
    """A leg to be booked: ``amount`` (signed, minor units; zero is skipped) on an account.

    ``account``: a locked one, or the ``LedgerAccount.Kind`` of one of the system's own. ``kind``: one
    of ``LedgerEntry.Kind``.
    """

    account: LockedAccount | str
    kind: str
    amount: int


@dataclass(slots=True, kw_only=True)
class Draft:
    """A journal entry to be booked; the fields are those of :class:`JournalEntry`, ``type`` one of its types.

    ``source_id``: the event or operation that causes it. ``postings``: at least two that are not
    zero, with the sum zero.
    """

    type: str
    source_id: UUID
    request_id: str
    currency: str
    postings: Sequence[Posting]
    order_id: UUID | None = None
    fill_id: UUID | None = None
    ticker: str = ""
    quantity: int | None = None
    price: Decimal | None = None
    description: str = ""
    reverses_id: UUID | None = None
    reason: str = ""
    booked_by: str = ""
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Booked:
    """A journal entry that was booked, and each of its accounts' balances after it."""

    id: UUID
    number: int
    occurred_at: datetime
    balances: Mapping[UUID, int]


def journal_book(drafts: Sequence[Draft]) -> list[Booked]:
    """Book balanced journal entries, in their order: legs, balances, chain. In the caller's transaction.

    Six statements however many entries. The accounts of the postings are saved with whatever else
    the caller changed in them.

    Raises:
        IntegrityError: a source, a fill or a reversed entry is booked already, a customer's balance
            would fall below zero or below what is held, or the legs do not balance. It may come as late
            as with the commit (``execute_deferred``).
        decimal.Inexact: a price is finer than the journal keeps.
    """
    number, previous, moment = _head_lock()
    system = _system_accounts({draft.currency for draft in drafts})
    touched: dict[UUID, LockedAccount] = {}
    legs: list[_Leg] = []
    entries: list[_Entry] = []
    booked: list[Booked] = []
    for draft in drafts:
        own: list[Leg] = []
        balances: dict[UUID, int] = {}
        for posting in draft.postings:
            amount = posting.amount
            if not amount:
                continue
            account = posting.account
            if not isinstance(account, LockedAccount):
                account = system[account, draft.currency]
            balance = account.move(amount)
            touched[account.id] = account
            balances[account.id] = balance
            own.append((account.key, account.last_number, posting.kind, amount, draft.currency, balance))
        number += 1
        previous = entry_hash(draft, legs=own, number=number, occurred_at=moment, previous=previous)
        key = str(draft.id)
        legs += [_Leg(new_id(), key, *leg) for leg in own]
        entries.append(_Entry(
            key, number, previous, draft.type, draft.source_id, draft.request_id, draft.order_id,
            draft.fill_id, draft.ticker, draft.quantity, price_text(draft.price) or None, draft.description,
            draft.reverses_id, draft.reason, draft.booked_by,
        ))  # fmt: skip
        booked.append(Booked(draft.id, number, moment, balances))
    accounts_save(touched.values())
    _LEGS.defer(legs)  # before the entries, which seal them: see ``ledger.models``
    _ENTRIES.defer(entries, occurred_at=moment)
    return booked


def _head_lock() -> tuple[int, str, datetime]:
    """Lock the end of the chain. Returns its number, its hash and the database's time."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        number, hash, moment = cursor.fetchone()
        return number, hash, moment


def _system_accounts(currencies: set[str]) -> dict[tuple[str, str], LockedAccount]:
    """The system's own accounts by kind and currency, made at a currency's first use."""
    kinds = [kind for kind in LedgerAccount.Kind if kind != LedgerAccount.Kind.CUSTOMER_CASH]
    while True:
        found = {(account.kind, account.currency): account for account in _OWN(currencies)}
        if len(found) == len(kinds) * len(currencies):
            return found
        LedgerAccount.objects.bulk_create(
            [LedgerAccount(kind=kind, currency=currency) for kind in kinds for currency in currencies],
            ignore_conflicts=True,
        )
