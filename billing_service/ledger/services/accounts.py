"""Accounts: opening, locking for a batch, freezing and unfreezing."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from billing_service.ledger.errors import AccountIsFrozen, AccountNotFrozen, NoCustomersAccount
from billing_service.ledger.models import AccountFreeze, LedgerAccount
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts import user
from servicekit.contracts.billing import AccountFrozen, AccountOpened, AccountUnfrozen
from servicekit.database.bulk import Lock, Update
from servicekit.home_currency import home_currency
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish, publish_many

log = logging.getLogger(__name__)


@dataclass(slots=True)
class LockedAccount:
    """An account as it is under this transaction's lock. Change it, then :func:`accounts_save` it."""

    id: UUID
    user_id: UUID | None
    currency: str
    balance: int
    held: int
    last_number: int
    frozen_at: datetime | None
    kind: str
    closing_id: UUID | None
    key: str = ""

    def __post_init__(self) -> None:
        self.key = str(self.id)  # written into each of its legs

    @property
    def frozen(self) -> bool:
        """Whether nothing new may be done with it."""
        return self.frozen_at is not None or self.closing_id is not None

    @property
    def available(self) -> int:
        """What can be spent or held, in minor units."""
        return self.balance - self.held

    def move(self, amount: int) -> int:
        """Book one leg. Returns the balance after it."""
        self.balance += amount
        self.last_number += 1
        return self.balance


_LOCK = Lock(LedgerAccount, LockedAccount, key="user_id")
# Balance and held change in one statement, so the CHECK held ≤ balance is true of every row version.
_SAVE = Update(LedgerAccount, LockedAccount, key="id", columns=("balance", "held", "last_number"))


@transaction.atomic
def accounts_open(*, messages: Sequence[Received[user.AccountRegistered]]) -> int:
    """Open the cash accounts of customers who registered; nothing for one who has an account.

    Returns:
        How many were opened.

    Emits:
        AccountOpened: for each of them.
    """
    causes = {message.event.user_id: message for message in messages}
    new = [
        LedgerAccount(kind=LedgerAccount.Kind.CUSTOMER_CASH, user_id=user_id, currency=home_currency())
        for user_id in sorted(causes)
    ]
    LedgerAccount.objects.bulk_create(new, ignore_conflicts=True)
    opened = list(LedgerAccount.objects.filter(id__in=[account.id for account in new]))
    publish_many(
        Outgoing(
            AccountOpened(
                account_id=account.id,
                user_id=account.user_id,
                currency=account.currency,
                opened_at=account.opened_at,
            ),
            cause=causes[account.user_id],
        )
        for account in opened
        if account.user_id is not None
    )
    return len(opened)


def accounts_lock(*, user_ids: Iterable[UUID]) -> Mapping[UUID, LockedAccount]:
    """Lock customers' accounts until the transaction ends.

    Returns:
        User id → account; users without one are not in it.
    """
    return {account.user_id: account for account in _LOCK(set(user_ids)) if account.user_id}


def accounts_lock_deferred(*, user_ids: Iterable[UUID]) -> None:
    """The same for who reads them with something else: they are locked when the next statement runs."""
    _LOCK.defer(set(user_ids))


def accounts_save(accounts: Iterable[LockedAccount]) -> None:
    """Write locked accounts back.

    Raises:
        IntegrityError: a customer's balance is below zero or below what is held; as late as with the
            commit (``execute_deferred``).
    """
    _SAVE.defer(accounts)


@transaction.atomic
def account_freeze(*, account_id: UUID, reason: str, by: Actor | None = None) -> bool:
    """Let nothing new be done with a customer's account: no hold, no deposit, no withdrawal.

    What has been agreed goes on: holds are captured and released, fills are paid. Execution at the
    venue is the point of no return, and a fill that is not booked would be a second wrong.

    Args:
        by: an operator; None when the consistency job found that its books do not agree.

    Returns:
        Whether it was frozen now; False when the job finds it frozen already.

    Raises:
        AccountIsFrozen: it is frozen already, by an operator.
        NoCustomersAccount: it is one of the exchange's own, through which everybody's money goes.

    Emits:
        AccountFrozen: when it is frozen now.
    """
    account = LedgerAccount.objects.select_for_update().get(id=account_id)
    if account.kind != LedgerAccount.Kind.CUSTOMER_CASH:
        raise NoCustomersAccount(kind=account.kind)
    if account.frozen_at is not None:
        if by is not None:
            raise AccountIsFrozen(account_id=account_id)
        return False
    LedgerAccount.objects.filter(id=account_id).update(frozen_at=Now())
    freeze = AccountFreeze.objects.create(
        account_id=account_id, reason=reason[:500], frozen_by=by.key[:64] if by is not None else ""
    )
    assert account.user_id is not None  # the database has it for every customer's
    publish(
        AccountFrozen(
            freeze_id=freeze.id, account_id=account_id, user_id=account.user_id, frozen_at=timezone.now()
        )
    )
    if by is not None:
        record(
            "account.freeze", account, by=by, reason=reason, before={"frozen": False}, after={"frozen": True}
        )
    log.error("account %s is frozen: %s", account_id, reason)
    return True


@transaction.atomic
def account_unfreeze(*, account_id: UUID, reason: str, by: Actor) -> None:
    """Let a frozen account go, because somebody has looked into it.

    Raises:
        AccountNotFrozen: it is not frozen.

    Emits:
        AccountUnfrozen
    """
    account = LedgerAccount.objects.select_for_update().get(id=account_id)
    if account.frozen_at is None:
        raise AccountNotFrozen(account_id=account_id)
    LedgerAccount.objects.filter(id=account_id).update(frozen_at=None)
    freezes = AccountFreeze.objects.filter(account_id=account_id, lifted_at=None)
    for freeze_id in list(freezes.values_list("id", flat=True)):  # at most one
        freezes.update(lifted_at=Now(), lifted_by=by.key[:64], lifted_reason=reason)
        assert account.user_id is not None
        publish(
            AccountUnfrozen(
                freeze_id=freeze_id,
                account_id=account_id,
                user_id=account.user_id,
                unfrozen_at=timezone.now(),
            ),
            sequence=2,
        )
    record(
        "account.unfreeze", account, by=by, reason=reason, before={"frozen": True}, after={"frozen": False}
    )
