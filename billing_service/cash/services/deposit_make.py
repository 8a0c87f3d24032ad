"""Making a deposit."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing_service.cash.errors import BalanceLimitExceeded, DepositLimitExceeded, DepositQuotaExceeded
from billing_service.cash.models import Deposit
from billing_service.cash.services.booking import CashBooking, cash_book
from billing_service.cash.services.checks import limit_words, open_account_lock, quota_check
from servicekit.contracts.billing import DepositBooked
from servicekit.messaging.publish import publish


@transaction.atomic(savepoint=False)
def deposit_make(*, user_id: UUID, amount: int, currency: str, idempotency_key: str) -> CashBooking[Deposit]:
    """Bring money in from outside and book it.

    Args:
        amount: above zero.
        idempotency_key: of the request; a customer uses each once.

    Raises:
        AccountNotReady: the account is not opened yet.
        AccountFrozen: its books are being looked into.
        CurrencyUnsupported: the account is kept in another currency.
        DepositLimitExceeded: above ``settings.DEPOSIT_LIMIT``.
        BalanceLimitExceeded: the balance would be above ``settings.BALANCE_LIMIT``.
        DepositQuotaExceeded: ``settings.DEPOSITS_A_DAY`` were made today.
        IntegrityError: the key was used before.

    Emits:
        DepositBooked.
    """
    account = open_account_lock(user_id=user_id, currency=currency)
    if amount > settings.DEPOSIT_LIMIT:
        raise DepositLimitExceeded(**limit_words(settings.DEPOSIT_LIMIT, amount, currency))
    if account.balance + amount > settings.BALANCE_LIMIT:
        raise BalanceLimitExceeded(**limit_words(settings.BALANCE_LIMIT, account.balance + amount, currency))
    quota_check(Deposit, user_id=user_id, limit=settings.DEPOSITS_A_DAY, refusal=DepositQuotaExceeded)
    made = cash_book(
        Deposit,
        account=account,
        user_id=user_id,
        change=amount,
        currency=currency,
        idempotency_key=idempotency_key,
    )
    publish(
        DepositBooked(
            deposit_id=made.record.id,
            user_id=user_id,
            amount=amount,
            currency=currency,
            balance_after=made.balance_after,
            booked_at=made.record.created_at,
        )
    )
    return made
