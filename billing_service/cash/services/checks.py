"""Checks shared by deposits and withdrawals."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from billing_service.cash.errors import CurrencyUnsupported
from billing_service.ledger.errors import AccountClosing, AccountFrozen, AccountNotReady
from billing_service.ledger.services import LockedAccount, accounts_lock
from servicekit.money import to_text
from servicekit.quotas import OFF, DailyQuotaExceeded


def open_account_lock(*, user_id: UUID, currency: str) -> LockedAccount:
    """Lock a customer's account until the transaction ends.

    Raises:
        AccountNotReady: it is not opened yet.
        AccountClosing: its customer wants it closed.
        AccountFrozen: its books are being looked into.
        CurrencyUnsupported: it is kept in another currency.
    """
    account = accounts_lock(user_ids=[user_id]).get(user_id)
    if account is None:
        raise AccountNotReady
    if account.closing_id:
        raise AccountClosing
    if account.frozen:
        raise AccountFrozen
    if currency != account.currency:
        raise CurrencyUnsupported(limit=account.currency, value=currency)
    return account


def quota_check(made: type[Model], *, user_id: UUID, limit: float, refusal: type[DailyQuotaExceeded]) -> None:
    """Refuse what a customer has made ``limit`` of today. Under the lock of the account.

    Today's, which an index gives, are at most as many as the quota.

    Args:
        made: the model, with ``user_id`` and ``created_at``.
        limit: how many until midnight UTC; ``OFF``: as many as they like.

    Raises:
        DailyQuotaExceeded: ``refusal``.
    """
    if limit == OFF:
        return
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if made._default_manager.filter(user_id=user_id, created_at__gte=midnight).count() >= limit:
        raise refusal(limit=limit)


def limit_words(limit: int, value: int, currency: str) -> dict[str, str]:
    """The bound and what stood against it, both in minor units, as a refusal's sentence has them."""
    return {"limit": to_text(limit, currency), "value": to_text(value, currency), "currency": currency}
