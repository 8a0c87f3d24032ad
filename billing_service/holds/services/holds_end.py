"""Releasing the rest of holds when orders end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from billing_service.holds.models import Hold
from billing_service.holds.services.batch import (
    HoldRow,
    NewHold,
    fills_require,
    holds_insert,
    holds_lock,
    holds_save,
)
from billing_service.ledger.services import LockedAccount, accounts_save
from servicekit.contracts import trading
from servicekit.messaging.consume import Received

Canceled = trading.OrderCanceled | trading.OrderCanceledV2
Voided = TypeVar("Voided", bound=trading.OrderRejected | Canceled)
Ended = TypeVar("Ended", bound=trading.OrderRejected | Canceled | trading.OrderExpired)


def holds_void(*, messages: Sequence[Received[Voided]]) -> int:
    """Release what is left of the holds of buys that were rejected or canceled.

    An order without a hold is marked, so that a request for its cash that is handled late finds the
    marker and holds nothing.

    Returns:
        How many holds ended.

    Raises:
        FillMissing: a fill of an order is not booked yet; nothing was changed.
    """
    return _end(messages, Hold.State.VOIDED)


def holds_expire(*, messages: Sequence[Received[trading.OrderExpired]]) -> int:
    """The same for buys whose time was over. See ``holds.models`` for who decides that."""
    return _end(messages, Hold.State.EXPIRED)


@transaction.atomic(savepoint=False)
def _end(messages: Sequence[Received[Ended]], state: Hold.State) -> int:
    if not messages:
        return 0
    accounts, holds = holds_lock([message.event for message in messages])
    ended: list[HoldRow] = []
    unknown: dict[UUID, NewHold] = {}
    changed: dict[UUID, LockedAccount] = {}
    for message in messages:
        order = message.event
        hold = holds.get(order.order_id)
        if hold is None or hold.pending:
            fills_require(order, booked=hold.captured if hold else 0)
        if hold is None:
            unknown[order.order_id] = NewHold(order.order_id, None, order.user_id, 0, state)
        elif hold.pending:
            account = accounts[order.user_id]
            account.held -= hold.end(state)
            changed[account.id] = account
            ended.append(hold)
    if ended:
        holds_save(ended)
        accounts_save(changed.values())
    if unknown:
        holds_insert(list(unknown.values()))
    return len(ended)
