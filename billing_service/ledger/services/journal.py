"""Booking: journal entries with their legs, the balances they change, and their place in the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from billing_service.ledger.chain import Leg, entry_hash, price_text
from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.services.accounts import LockedAccount, accounts_save
from servicekit.arrays import array
from servicekit.database import Statement, run_later
from servicekit.ids import new_id

_HEAD = Statement("SELECT number, hash, moment FROM ledger_lock_head()")

_SYSTEM = Statement(
    """
SELECT id, user_id, currency, balance, held, last_number, frozen_at IS NOT NULL, kind
FROM ledger_ledgeraccount WHERE kind <> 'customer_cash' AND currency = ANY(%s::text[]) ORDER BY id FOR UPDATE
"""
)

_LEGS = Statement(
    """
INSERT INTO ledger_ledgerentry
    (id, journal_entry_id, account_id, number, kind, amount, currency, balance_after)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::bigint[], %s::text[],
    %s::bigint[])
"""
)

_ENTRIES = Statement(
    """
INSERT INTO ledger_journalentry
    (id, number, hash, type, source_id, request_id, occurred_at, order_id, fill_id, ticker, quantity, price,
     description, reverses_id, reason, booked_by)
SELECT id, number, hash, type, source_id, request_id, %s::timestamptz, order_id, fill_id, ticker, quantity,
    price, description, reverses_id, reason, booked_by
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[],
    %s::text[], %s::bigint[], %s::numeric[], %s::text[], %s::uuid[], %s::text[], %s::text[])
    AS new (id, number, hash, type, source_id, request_id, order_id, fill_id, ticker, quantity, price,
        description, reverses_id, reason, booked_by)
"""
)


@dataclass(frozen=True, slots=True)
class Posting:
    """A leg to be booked: ``amount`` (signed, minor units; zero is left out) on an account.

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
            as with the commit (``run_later``).
        decimal.Inexact: a price is finer than the journal keeps.
    """
    number, previous, moment = _head_lock()
    system = _system_accounts({draft.currency for draft in drafts})
    touched: dict[UUID, LockedAccount] = {}
    legs: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
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
        legs += [(new_id(), key, *leg) for leg in own]
        entries.append((
            key, number, previous, draft.type, draft.source_id, draft.request_id, draft.order_id,
            draft.fill_id, draft.ticker, draft.quantity, price_text(draft.price) or None, draft.description,
            draft.reverses_id, draft.reason, draft.booked_by,
        ))  # fmt: skip
        booked.append(Booked(draft.id, number, moment, balances))
    accounts_save(touched.values())
    _insert(legs, entries, moment)
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
        with connection.cursor() as cursor:
            cursor.execute(_SYSTEM, [array(currencies)])
            found = {(row[7], row[2]): LockedAccount(*row[:7]) for row in cursor.fetchall()}
        if len(found) == len(kinds) * len(currencies):
            return found
        LedgerAccount.objects.bulk_create(
            [LedgerAccount(kind=kind, currency=currency) for kind in kinds for currency in currencies],
            ignore_conflicts=True,
        )


def _insert(legs: Sequence[tuple[Any, ...]], entries: Sequence[tuple[Any, ...]], moment: datetime) -> None:
    """Legs first: the entry seals them, see ``ledger.models``."""
    id, entry_id, account_id, leg, kind, amount, currency, balance = list(zip(*legs, strict=True)) or [()] * 8
    run_later(
        _LEGS,
        [array(id), array(entry_id), array(account_id), array(leg), array(kind), array(amount),
         array(currency), array(balance)],
    )  # fmt: skip
    (id, number, hash, type, source_id, request_id, order_id, fill_id, ticker, quantity, price,
     description, reverses_id, reason, booked_by) = zip(*entries, strict=True)  # fmt: skip
    run_later(
        _ENTRIES,
        [moment, array(id), array(number), array(hash), array(type), array(source_id), array(request_id),
         array(order_id), array(fill_id), array(ticker), array(quantity), array(price),
         array(description), array(reverses_id), array(reason), array(booked_by)],
    )  # fmt: skip
