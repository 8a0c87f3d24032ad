"""The only writer of deposits. Amounts are minor units."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing_service.cash.errors import BalanceLimitExceeded, CurrencyUnsupported, DepositLimitExceeded
from billing_service.cash.models import Deposit
from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import account_get
from billing_service.ledger.services import Posting, journal_post
from servicekit.contracts.billing import DepositBooked
from servicekit.ids import new_id
from servicekit.messaging import publish
from servicekit.money import to_text


@dataclass(frozen=True, slots=True)
class DepositMade:
    """A deposit and the customer's balance after it, in minor units."""

    deposit: Deposit
    balance_after: int


@transaction.atomic
def deposit_make(*, user_id: UUID, amount: int, currency: str, idempotency_key: str) -> DepositMade:
    """Bring money in from outside and book it.

    Args:
        amount: above zero.
        idempotency_key: of the request; a customer uses each once.

    Raises:
        AccountNotReady: the account is not opened yet.
        CurrencyUnsupported: the account is kept in another currency.
        DepositLimitExceeded: above ``settings.DEPOSIT_LIMIT``.
        BalanceLimitExceeded: the balance would be above ``settings.BALANCE_LIMIT``.
        IntegrityError: the key was used before.

    Emits:
        DepositBooked.
    """
    account = account_get(user_id=user_id)
    if account is None:
        raise AccountNotReady
    if currency != account.currency:
        raise CurrencyUnsupported(limit=account.currency, value=currency)
    if amount > settings.DEPOSIT_LIMIT:
        raise DepositLimitExceeded(**_limit(settings.DEPOSIT_LIMIT, amount, currency))
    deposit_id = new_id()
    booking = journal_post(
        type=JournalEntry.Type.DEPOSIT,
        source_id=deposit_id,
        currency=currency,
        postings=[
            Posting(account.id, LedgerEntry.Kind.DEPOSIT, amount),
            Posting(LedgerAccount.Kind.EXTERNAL, LedgerEntry.Kind.DEPOSIT, -amount),
        ],
        description="deposit",
    )
    balance = booking.balances[account.id]
    if balance > settings.BALANCE_LIMIT:
        raise BalanceLimitExceeded(**_limit(settings.BALANCE_LIMIT, balance, currency))
    deposit = Deposit.objects.create(
        id=deposit_id,
        user_id=user_id,
        idempotency_key=idempotency_key,
        amount=amount,
        currency=currency,
        journal_entry=booking.entry,
        created_at=booking.entry.occurred_at,
    )
    publish(
        DepositBooked(
            deposit_id=deposit_id,
            user_id=user_id,
            amount=amount,
            currency=currency,
            balance_after=balance,
            booked_at=booking.entry.occurred_at,
        )
    )
    return DepositMade(deposit=deposit, balance_after=balance)


def _limit(limit: int, value: int, currency: str) -> dict[str, str]:
    return {"limit": to_text(limit, currency), "value": to_text(value, currency), "currency": currency}
