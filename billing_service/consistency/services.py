"""The consistency job."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from billing_service.consistency.models import ConsistencyMark
from billing_service.consistency.selectors import (
    Breach,
    balance_breaches,
    customers_of,
    held_breaches,
    journal_breaches,
)
from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.selectors import journal_head
from billing_service.ledger.services import account_freeze

log = logging.getLogger(__name__)

#: The most journal entries of one transaction.
PART = 10_000
#: So many of all accounts are looked at in a run, in turn, whether anything was booked on them or not.
SLICE = 2_000


def consistency_check() -> list[Breach]:
    """Check what was booked since the last run, and a slice of all accounts.

    A breach is logged as an error, counted, and freezes the customers' accounts it is about. Nothing
    is ever adjusted: that is a person's decision, and a reversing entry. A breach of an account is
    found again, and the account frozen again, until it is put right; one of a journal entry is
    reported once here, and by ``verify_journal`` for ever.

    Returns:
        What was found.
    """
    found: list[Breach] = []
    until = journal_head().number
    while True:
        breaches, number = _check_part(until)
        found += breaches
        if number >= until:
            break
    return found + _check_accounts(known=set(found))


@transaction.atomic
def _check_part(until: int) -> tuple[list[Breach], int]:
    """Check the next entries. Returns what was found, and up to which number."""
    mark = _mark()
    until = max(mark.number, min(until, mark.number + PART))
    breaches = journal_breaches(after=mark.number, until=until)
    breaches += balance_breaches(after=mark.number, until=until, accounts=[])
    _report(mark, breaches)
    ConsistencyMark.objects.filter(id=1).update(number=until, checked_at=Now())
    return breaches, until


@transaction.atomic
def _check_accounts(known: set[Breach]) -> list[Breach]:
    """Check what all accounts hold, and the balances of the next slice of them.

    Args:
        known: what this run has found already, not to be reported twice.
    """
    mark = _mark()
    accounts = LedgerAccount.objects.order_by("id").values_list("id", flat=True)
    if mark.account_id is not None:
        accounts = accounts.filter(id__gt=mark.account_id)
    ids = list(accounts[:SLICE])
    breaches = held_breaches() + balance_breaches(after=0, until=0, accounts=ids)
    breaches = [breach for breach in breaches if breach not in known]
    _report(mark, breaches)
    ConsistencyMark.objects.filter(id=1).update(account_id=ids[-1] if len(ids) == SLICE else None)
    return breaches


def _mark() -> ConsistencyMark:
    ConsistencyMark.objects.get_or_create(id=1)
    return ConsistencyMark.objects.select_for_update().get(id=1)


def _report(mark: ConsistencyMark, breaches: list[Breach]) -> None:
    reasons: dict[UUID, str] = {}
    for breach in breaches:
        log.error("the books do not agree: account %s: %s", breach.account_id or "-", breach.detail)
        if breach.account_id is not None:
            reasons.setdefault(breach.account_id, breach.detail)
        elif breach.number is not None:
            for account_id in customers_of(numbers=[breach.number]):
                reasons.setdefault(account_id, breach.detail)
    customers = LedgerAccount.objects.filter(id__in=reasons, kind=LedgerAccount.Kind.CUSTOMER_CASH)
    for account_id in customers.order_by("id").values_list("id", flat=True):
        account_freeze(account_id=account_id, reason=reasons[account_id])
    if breaches:
        ConsistencyMark.objects.filter(id=1).update(breaches=mark.breaches + len(breaches))
