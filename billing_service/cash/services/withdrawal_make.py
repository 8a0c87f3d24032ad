"""Making a withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing_service.cash.errors import (
    WithdrawalLimitExceeded,
    WithdrawalNotCovered,
    WithdrawalQuotaExceeded,
)
from billing_service.cash.models import Withdrawal
from billing_service.cash.services.checks import limit_words, open_account_lock, quota_check
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import Draft, Posting, journal_book
from servicekit.contracts.billing import WithdrawalBooked
from servicekit.ids import new_id
from servicekit.messaging.publish import publish
from servicekit.telemetry import current_request_id


@dataclass(frozen=True, slots=True)
class WithdrawalMade:
    """A withdrawal and the customer's balance after it, in minor units."""

    withdrawal: Withdrawal
    balance_after: int


@transaction.atomic(savepoint=False)
def withdrawal_make(*, user_id: UUID, amount: int, currency: str, idempotency_key: str) -> WithdrawalMade:
    """Take money out and book it. What open orders hold stays.

    Args:
        amount: above zero.
        idempotency_key: of the request; a customer uses each once.

    Raises:
        AccountNotReady: the account is not opened yet.
        AccountFrozen: its books are being looked into.
        CurrencyUnsupported: the account is kept in another currency.
        WithdrawalLimitExceeded: above ``settings.WITHDRAWAL_LIMIT``.
        WithdrawalNotCovered: more than is available.
        WithdrawalQuotaExceeded: ``settings.WITHDRAWALS_A_DAY`` were made today.
        IntegrityError: the key was used before.

    Emits:
        WithdrawalBooked.
    """
    account = open_account_lock(user_id=user_id, currency=currency)
    if amount > settings.WITHDRAWAL_LIMIT:
        raise WithdrawalLimitExceeded(**limit_words(settings.WITHDRAWAL_LIMIT, amount, currency))
    if amount > account.available:
        raise WithdrawalNotCovered(**limit_words(account.available, amount, currency))
    quota_check(
        Withdrawal, user_id=user_id, limit=settings.WITHDRAWALS_A_DAY, refusal=WithdrawalQuotaExceeded
    )
    withdrawal_id = new_id()
    (entry,) = journal_book(
        [
            Draft(
                type=JournalEntry.Type.WITHDRAWAL,
                source_id=withdrawal_id,
                request_id=current_request_id(),
                currency=currency,
                postings=[
                    Posting(account, LedgerEntry.Kind.WITHDRAWAL, -amount),
                    Posting(LedgerAccount.Kind.EXTERNAL, LedgerEntry.Kind.WITHDRAWAL, amount),
                ],
                description="withdrawal",
            )
        ]
    )
    withdrawal = Withdrawal.objects.create(
        id=withdrawal_id,
        user_id=user_id,
        idempotency_key=idempotency_key,
        amount=amount,
        currency=currency,
        journal_entry_id=entry.id,
        created_at=entry.occurred_at,
    )
    publish(
        WithdrawalBooked(
            withdrawal_id=withdrawal_id,
            user_id=user_id,
            amount=amount,
            currency=currency,
            balance_after=account.balance,
            booked_at=entry.occurred_at,
        )
    )
    return WithdrawalMade(withdrawal=withdrawal, balance_after=account.balance)
