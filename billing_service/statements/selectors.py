"""What a statement says: of the ledger's legs alone, so that it agrees with them to the cent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils import timezone

from billing_service.ledger.errors import AccountNotFound
from billing_service.ledger.models import LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import account_get, operation_list
from billing_service.statements.errors import StatementNotFound, StatementTooLong
from billing_service.statements.months import Month

#: The most rows of a statement: some 2,000 pages.
MAX_ROWS = 100_000


@dataclass(frozen=True)
class Statement:
    """A customer's cash in one month. Money in minor units of the account's currency.

    Attributes:
        month, zone: the month in that time zone.
        is_complete: whether it has ended.
        made_at: until when operations are in it, if it has not.
        opening, closing: the balance before the first operation, and after the last.
        sums: ``LedgerEntry.Kind`` → what all its operations came to; ``opening + sums = closing``.
        operations: as in :func:`operation_list` with fees included, oldest first.
    """

    account: LedgerAccount
    month: Month
    zone: tzinfo
    is_complete: bool
    made_at: datetime
    opening: int
    closing: int
    sums: Mapping[str, int]
    operations: QuerySet[LedgerEntry]


def statement_months(*, user_id: UUID, zone: tzinfo) -> tuple[Month, Month]:
    """The first and the last month that a customer has statements of.

    Raises:
        AccountNotFound: the account is not open yet.
    """
    account = _account(user_id)
    return Month.of(account.opened_at, zone), Month.of(timezone.now(), zone)


def statement_get(*, user_id: UUID, month: Month, zone: tzinfo, language: str) -> Statement:
    """The statement of a month, which need not have ended, with instruments' names in a language.

    Raises:
        AccountNotFound: the account is not open yet.
        StatementNotFound: the month has not begun, or had ended when the account was opened.
        StatementTooLong: it has more than :data:`MAX_ROWS` operations.
    """
    account, now = _account(user_id), timezone.now()
    first, last = Month.of(account.opened_at, zone), Month.of(now, zone)
    if not first <= month <= last:
        raise StatementNotFound(value=str(month), first=str(first), last=str(last))
    before = legs_before(account, month.begins(zone))
    until = legs_before(account, month.next.begins(zone))
    if until - before > MAX_ROWS:
        raise StatementTooLong(limit=MAX_ROWS, value=str(month))
    legs = LedgerEntry.objects.filter(account=account, number__gt=before, number__lte=until)
    sums = dict(legs.order_by().values_list("kind").annotate(Sum("amount")))
    operations = operation_list(user_id=user_id, fees_included=True, language=language)
    return Statement(
        account=account,
        month=month,
        zone=zone,
        is_complete=month < last,
        made_at=now,
        opening=_balance_after(account, before),
        closing=_balance_after(account, until),
        sums=sums,
        operations=operations.filter(number__gt=before, number__lte=until).order_by("number"),
    )


def _account(user_id: UUID) -> LedgerAccount:
    account = account_get(user_id=user_id)
    if account is None:
        raise AccountNotFound
    return account


def legs_before(account: LedgerAccount, moment: datetime) -> int:
    """How many of the account's legs were booked before a moment.

    They are numbered without a gap in the order of their times: some twenty looks find it in a million.
    """

    def booked_at(number: int) -> datetime:
        legs = LedgerEntry.objects.filter(account=account, number=number)
        return legs.values_list("journal_entry__occurred_at", flat=True).get()

    return bisect_left(range(1, account.last_number + 1), moment, key=booked_at)


def _balance_after(account: LedgerAccount, number: int) -> int:
    """The balance once so many legs were booked."""
    if not number:
        return 0
    legs = LedgerEntry.objects.filter(account=account, number=number)
    return legs.values_list("balance_after", flat=True).get()
