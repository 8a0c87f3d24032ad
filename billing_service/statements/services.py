"""Announces the statements of months that have ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from django.db import transaction
from django.db.models import F
from django.utils import timezone as clock

from billing_service.ledger.models import LedgerAccount, LedgerEntry
from billing_service.statements.models import StatementMonth
from billing_service.statements.months import Month
from billing_service.statements.selectors import legs_before
from servicekit.contracts.billing import StatementReady
from servicekit.messaging.publish import Outgoing, publish_many

#: Accounts of one transaction.
PORTION = 500
#: Where a month ends last: what has ended there has ended for everybody.
LAST_ZONE = timezone(timedelta(hours=-12))


@transaction.atomic
def statements_announce(*, now: datetime | None = None, limit: int = PORTION) -> bool:
    """Announce the statements of the next accounts that had operations in a month that has ended everywhere.

    The first month is the one that ended last; from then on none is left out. The month is that of UTC:
    whose zone is another may have the first or last hours of it in the statement beside it.

    Returns:
        Whether there was anything to do.

    Emits:
        billing.statement.ready.v1, once an account and month.
    """
    now = now or clock.now()
    run = _run(Month.of(now, LAST_ZONE).previous)
    if run is None:
        return False
    accounts = _accounts_after(run, limit)
    ready = _with_operations(accounts, Month.parse(run.month))
    publish_many(Outgoing(_ready(account, run.month, now)) for account in ready)
    run.announced += len(ready)
    run.announced_until = accounts[-1].id if accounts else run.announced_until
    run.completed_at = now if len(accounts) < limit else None
    run.save()
    return True


def _run(ended: Month) -> StatementMonth | None:
    """The month to go on with, locked; None while somebody else is at it, or the next has not ended."""
    latest = StatementMonth.objects.order_by("-month").first()
    if latest is None or latest.completed_at is not None:
        month = Month.parse(latest.month).next if latest else ended
        if month > ended:
            return None
        StatementMonth.objects.get_or_create(month=str(month))
    unfinished = StatementMonth.objects.filter(completed_at=None).order_by("month")
    return unfinished.select_for_update(skip_locked=True).first()


def _accounts_after(run: StatementMonth, limit: int) -> list[LedgerAccount]:
    accounts = LedgerAccount.objects.filter(kind=LedgerAccount.Kind.CUSTOMER_CASH).order_by("id")
    if run.announced_until is not None:
        accounts = accounts.filter(id__gt=run.announced_until)
    return list(accounts[:limit])


def _with_operations(accounts: Sequence[LedgerAccount], month: Month) -> list[LedgerAccount]:
    """Those that had operations in it. Of most the latest leg decides; of the others some twenty do."""
    begins, ends = month.begins(UTC), month.next.begins(UTC)
    accounts = [account for account in accounts if account.closed_at is None]  # nobody is there to be told
    legs = LedgerEntry.objects.filter(account__in=accounts, number=F("account__last_number"))
    latest = dict(legs.values_list("account_id", "journal_entry__occurred_at"))
    found = []
    for account in accounts:
        at = latest.get(account.id)
        if at is None or at < begins:
            continue
        if at < ends or legs_before(account, ends) > legs_before(account, begins):
            found.append(account)
    return found


def _ready(account: LedgerAccount, month: str, at: datetime) -> StatementReady:
    assert account.user_id is not None
    return StatementReady(account_id=account.id, user_id=account.user_id, month=month, ready_at=at)
