"""Reads of the ledger. All amounts are minor units."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from billing_service.ledger.chain import BREAKS, ORIGIN
from billing_service.ledger.models import (
    InstrumentName,
    JournalEntry,
    JournalHead,
    LedgerAccount,
    LedgerEntry,
)
from servicekit.database.bulk import Read


class _Booked(NamedTuple):
    """The columns read of a :class:`JournalEntry`."""

    fill_id: UUID


#: Operations that a fee may be paid for.
TRADES = (LedgerEntry.Kind.BUY, LedgerEntry.Kind.SELL)
#: Operations that say of how many units, and the price of each; of a dividend what each is paid.
OF_UNITS = (*TRADES, LedgerEntry.Kind.DIVIDEND)
#: The other legs of a leg's journal entry on the same account.
_BESIDE = LedgerEntry.objects.filter(journal_entry=OuterRef("journal_entry"), account=OuterRef("account"))
_FEE_BESIDE, _TRADE_BESIDE = _BESIDE.filter(kind=LedgerEntry.Kind.FEE), _BESIDE.filter(kind__in=TRADES)

_BOOKED = Read(JournalEntry, _Booked, key="fill_id")


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """An entry that does not fit the chain. ``expected`` is None after a missing number."""

    number: int
    entry_id: UUID
    hash: str
    expected: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the journal: number and hash of its latest entry, and when that was booked."""

    number: int
    hash: str
    at: datetime | None


def account_get(*, user_id: UUID) -> LedgerAccount | None:
    """The customer's cash account, or ``None`` while it is not opened yet."""
    return LedgerAccount.objects.filter(user_id=user_id).first()


def fills_booked(*, fill_ids: Collection[UUID]) -> set[UUID]:
    """Those of the fills whose money has been booked."""
    return {row.fill_id for row in _BOOKED(fill_ids)}


def sources_booked(*, source_ids: Collection[UUID]) -> set[UUID]:
    """Those of the events or operations that have a journal entry."""
    entries = JournalEntry.objects.filter(source_id__in=source_ids)
    return set(entries.values_list("source_id", flat=True))


def journal_head() -> Head:
    """Where the chain ends; number 0 while nothing was booked."""
    head = JournalHead.objects.first()
    if head is None:
        return Head(0, ORIGIN, None)
    at = JournalEntry.objects.filter(number=head.number).values_list("occurred_at", flat=True).first()
    return Head(head.number, head.hash, at)


def journal_last() -> int:
    """The highest number in the journal, whatever the head says; 0 while nothing was booked."""
    return JournalEntry.objects.aggregate(last=Max("number"))["last"] or 0


def hash_at(*, number: int) -> str | None:
    """The hash of an entry, or ``None`` when there is no such number."""
    return JournalEntry.objects.filter(number=number).values_list("hash", flat=True).first()


def chain_breaks(*, after: int, until: int) -> list[ChainBreak]:
    """The entries of numbers ``after + 1`` to ``until`` that do not fit the chain, gaps included.

    PostgreSQL computes the hashes by the query that anybody may run with psql, as ``make check`` does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT number, id, hash, expected FROM ({BREAKS}) AS broken "
            f"WHERE number > {int(after)} AND number <= {int(until)} ORDER BY number"
        )
        return [ChainBreak(*row) for row in cursor.fetchall()]


def settlement_undone_by(entry: JournalEntry) -> JournalEntry | None:
    """The settlement whose money would go back if ``entry`` were reversed, or ``None``.

    The settlement itself, or a reversal by which it counts again: every second one of the chain of
    reversals that leads to it.
    """
    first, counts = entry, True
    while first.reverses is not None:
        first, counts = first.reverses, not counts
    return first if counts and first.type == JournalEntry.Type.ORDER_SETTLEMENT else None


def operation_list(
    *,
    user_id: UUID,
    kind: str | None = None,
    ticker: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    fees_included: bool = False,
    language: str = "en",
) -> QuerySet[LedgerEntry]:
    """The legs of the customer's account, newest first, each with its journal entry and ``fee_amount``, and
    the ``instrument_name``: "" of what has none, or none that is known.

    Args:
        kind: one of ``LedgerEntry.Kind``.
        since, before: booked at or after, and earlier than.
        fees_included: a fee is no row of its own but of its trade's, whose ``balance_after`` is that after
            the fee. A fee without a trade (of a fill whose amount was rounded to nothing) stays a row, and
            so does every fee where fees are what is asked for.
        language: of the names, ``en`` or ``ru``.
    """
    is_with_fee = fees_included and kind != LedgerEntry.Kind.FEE
    # By the account's id, which a join would hide from the planner: a page is read off the index
    # (account, number) and nothing is sorted, however long the history is.
    account = LedgerAccount.objects.filter(user_id=user_id).values("id")
    entries = _operations(is_with_fee, language).filter(account_id=Subquery(account))
    if kind:
        entries = entries.filter(kind=kind)
    if ticker:
        entries = entries.filter(journal_entry__ticker=ticker.upper())
    if since:
        entries = entries.filter(journal_entry__occurred_at__gte=since)
    if before:
        entries = entries.filter(journal_entry__occurred_at__lt=before)
    return entries


@cache
def _operations(is_with_fee: bool, language: str) -> QuerySet[LedgerEntry]:
    """Those of every account, to be filtered. Made once: it took a third of a page's CPU (measured)."""
    entries = LedgerEntry.objects.select_related("journal_entry")
    if is_with_fee:
        # A value looked up for each fee, not Exists: of that PostgreSQL makes a table of the trades of all
        # customers, which for a page of 50 reads the whole ledger.
        entries = entries.alias(trade_beside=Subquery(_TRADE_BESIDE.values("id")[:1]))
        entries = entries.filter(~Q(kind=LedgerEntry.Kind.FEE) | Q(trade_beside=None))
        entries = entries.annotate(balance_with_fee=Coalesce(_of_trade("balance_after"), F("balance_after")))
    names = InstrumentName.objects.filter(ticker=OuterRef("journal_entry__ticker"))
    name = Subquery(names.values("name_ru" if language == "ru" else "name_en"))
    entries = entries.annotate(fee_amount=_of_trade("amount"), instrument_name=Coalesce(name, Value("")))
    return entries.order_by("-number")


def _of_trade(column: str) -> Case:
    """What the fee of a buy or a sell has there; null for what is neither, or cost none."""
    return Case(When(kind__in=TRADES, then=Subquery(_FEE_BESIDE.values(column))))
