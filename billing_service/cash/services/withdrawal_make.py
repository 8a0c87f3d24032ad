"""Making a withdrawal."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing_service.cash.errors import (
    WithdrawalLimitExceeded,
    WithdrawalNotCovered,
    WithdrawalQuotaExceeded,
)
from billing_service.cash.models import Withdrawal
from billing_service.cash.services.booking import CashBooking, cash_book
from billing_service.cash.services.checks import limit_words, open_account_lock, quota_check
from servicekit.contracts.billing import WithdrawalBooked
from servicekit.messaging.publish import publish


@transaction.atomic(savepoint=False)
def withdrawal_make(
    *, user_id: UUID, amount: int, currency: str, idempotency_key: str
) -> CashBooking[Withdrawal]:
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
    made = cash_book(
        Withdrawal,
        account=account,
        user_id=user_id,
        change=-amount,
        currency=currency,
        idempotency_key=idempotency_key,
    )
    publish(
        WithdrawalBooked(
            withdrawal_id=made.record.id,
            user_id=user_id,
            amount=amount,
            currency=currency,
            balance_after=made.balance_after,
            booked_at=made.record.created_at,
        )
    )
    return made
