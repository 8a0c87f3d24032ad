"""Reads of the ledger. All amounts are minor units."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry


def account_get(*, user_id: UUID) -> LedgerAccount | None:
    """The customer's cash account, or ``None`` while it is not opened yet."""
    return LedgerAccount.objects.filter(user_id=user_id).first()


def system_account_ids(*, currency: str) -> dict[str, UUID]:
    """The system's own accounts of a currency: ``LedgerAccount.Kind`` → id."""
    accounts = LedgerAccount.objects.filter(user_id=None, currency=currency)
    return dict(accounts.values_list("kind", "id"))


def fill_is_booked(*, fill_id: UUID) -> bool:
    """Whether the money of a fill has been booked."""
    return JournalEntry.objects.filter(fill_id=fill_id).exists()


def operation_list(
    *,
    user_id: UUID,
    kind: str | None = None,
    ticker: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> QuerySet[LedgerEntry]:
    """The legs of the customer's account, newest first, each with its journal entry.

    Args:
        kind: one of ``LedgerEntry.Kind``.
        since, before: booked at or after, and earlier than.
    """
    entries = LedgerEntry.objects.filter(account__user_id=user_id).select_related("journal_entry")
    if kind:
        entries = entries.filter(kind=kind)
    if ticker:
        entries = entries.filter(journal_entry__ticker=ticker.upper())
    if since:
        entries = entries.filter(journal_entry__occurred_at__gte=since)
    if before:
        entries = entries.filter(journal_entry__occurred_at__lt=before)
    return entries.order_by("-number")
