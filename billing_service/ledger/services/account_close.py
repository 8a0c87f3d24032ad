"""Closing a customer's account: it is decided here, in one transaction, under the account's lock.

First the account is prepared: empty, and from then on nothing new is done with it. Then trading_service looks
for orders and positions; since no buy gets cash any more, and there is nothing to sell, what it does not find
cannot come about later. What it has told to pay before is booked, or the account is not closed. See
docs/flows/close.md.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.selectors import fills_booked, sources_booked
from servicekit.contracts.billing import ClosingDecided, ClosingPrepared
from servicekit.contracts.trading import ClosingChecked
from servicekit.contracts.user import ClosingRequested
from servicekit.messaging.models import FailedEvent
from servicekit.messaging.publish import publish


@transaction.atomic
def account_close_prepare(*, wanted: ClosingRequested) -> None:
    """Let nothing new be done with an account that is empty; of another one say what is left of it.

    One that this closing has closed already is said to be closed, again.

    Raises:
        AccountNotReady: it is not opened yet.

    Emits:
        ClosingPrepared, or ClosingDecided.
    """
    account = _account_lock(wanted.user_id)
    if account.closed_at is not None:
        _decided(account, wanted, closed=True)
    elif account.balance or account.held or account.frozen_at:
        account.closing_id = None
        account.save(update_fields=["closing_id"])
        _decided(account, wanted)
    else:
        account.closing_id = wanted.closing_id
        account.save(update_fields=["closing_id"])
        publish(ClosingPrepared(closing_id=wanted.closing_id, user_id=wanted.user_id, attempt=wanted.attempt))


@transaction.atomic
def account_close_decide(*, checked: ClosingChecked) -> None:
    """Close a prepared account if nothing is left, here or at trading; otherwise let it go.

    Nothing happens to one that is not prepared any more: that closing was decided.

    Emits:
        ClosingDecided
    """
    account = _account_lock(checked.user_id)
    if account.closing_id != checked.closing_id or account.closed_at is not None:
        return
    due = checked.payments_due + _not_booked(checked)
    left = (account.balance, account.held, account.frozen_at, checked.open_orders, checked.positions, due)
    if any(left):
        account.closing_id = None
    else:
        account.closed_at = timezone.now()
    account.save(update_fields=["closing_id", "closed_at"])
    _decided(account, checked, closed=account.closed_at is not None, payments_due=due)


def _account_lock(user_id: UUID) -> LedgerAccount:
    account = LedgerAccount.objects.select_for_update(no_key=True).filter(user_id=user_id).first()
    if account is None:
        raise AccountNotReady
    return account


def _not_booked(checked: ClosingChecked) -> int:
    """What it has told to pay and is not booked: of the same batch as its answer, or it has failed."""
    fills, payments = set(map(UUID, checked.fill_ids)), set(map(UUID, checked.payment_ids))
    missing = len(fills - fills_booked(fill_ids=fills)) + len(payments - sources_booked(source_ids=payments))
    waiting = FailedEvent.objects.filter(stream="events:trading", envelope__contains=str(checked.user_id))
    return missing or waiting.exclude(type=ClosingChecked.TYPE).count()


def _decided(
    account: LedgerAccount,
    wanted: ClosingRequested | ClosingChecked,
    *,
    closed: bool = False,
    payments_due: int = 0,
) -> None:
    by_trading = wanted if isinstance(wanted, ClosingChecked) else None
    publish(
        ClosingDecided(
            closing_id=wanted.closing_id,
            user_id=wanted.user_id,
            attempt=wanted.attempt,
            closed=closed,
            balance=account.balance,
            held=account.held,
            currency=account.currency,
            frozen=account.frozen_at is not None,
            open_orders=by_trading.open_orders if by_trading else 0,
            positions=by_trading.positions if by_trading else 0,
            payments_due=payments_due,
            decided_at=timezone.now(),
        ),
        sequence=2,
    )
