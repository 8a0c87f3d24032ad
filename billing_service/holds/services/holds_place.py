"""Placing holds for buys."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing_service.holds.services.batch import NewHold, holds_insert, holds_lock
from billing_service.ledger.services import LockedAccount, accounts_save
from servicekit.contracts import trading
from servicekit.contracts.billing import HoldDeclined, HoldPlaced
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish_many

Placed = trading.OrderPlaced | trading.OrderPlacedV2


@transaction.atomic(savepoint=False)
def holds_place(*, messages: Sequence[Received[Placed]]) -> int:
    """Set cash aside for buys: in the order given, for as many as their customers have money for.

    An order that has a hold already, or has ended before (a marker), is left as it is.

    Returns:
        How many holds were placed.

    Emits:
        HoldPlaced, or HoldDeclined with ``insufficient_funds``, ``account_not_ready`` or
        ``account_frozen``: one for each other order.
    """
    if not messages:
        return 0
    accounts, holds = holds_lock([message.event for message in messages])
    known = set(holds)
    placed: list[tuple[NewHold, Received[Placed]]] = []
    answers: list[Outgoing] = []
    for message in messages:
        order = message.event
        if order.order_id in known:
            continue
        known.add(order.order_id)
        account = accounts.get(order.user_id)
        code = _refusal(account, order)
        if account is None or code:
            answers.append(Outgoing(_declined(order, code, account), cause=message))
            continue
        account.held += order.hold_amount
        due_in_s = None if _may_rest(order) else settings.HOLD_DUE_IN_S
        hold = NewHold(order.order_id, account.id, order.user_id, order.hold_amount, due_in_s=due_in_s)
        placed.append((hold, message))
    if placed:
        accounts_save({hold.user_id: accounts[hold.user_id] for hold, _ in placed}.values())
        holds_insert([hold for hold, _ in placed])
        answers += [Outgoing(_placed(hold.id, message.event), cause=message) for hold, message in placed]
    publish_many(answers)
    return len(placed)


def _may_rest(order: Placed) -> bool:
    """Whether the order may wait in the book: nobody knows then when its hold should end."""
    if isinstance(order, trading.OrderPlaced):
        return order.type == "limit"
    return order.type == "limit" and order.time_in_force in ("day", "gtc")


def _refusal(account: LockedAccount | None, order: Placed) -> str:
    """Why an order gets no cash; "" when it does."""
    if account is None:
        return RejectCode.ACCOUNT_NOT_READY.value
    if account.frozen:
        return RejectCode.ACCOUNT_FROZEN.value
    if account.currency != order.currency or account.available < order.hold_amount:
        return RejectCode.INSUFFICIENT_FUNDS.value
    return ""


def _declined(order: Placed, code: str, account: LockedAccount | None) -> HoldDeclined:
    return HoldDeclined(
        order_id=order.order_id,
        user_id=order.user_id,
        code=code,
        required=order.hold_amount,
        available=account.available if account and account.currency == order.currency else 0,
        currency=order.currency,
    )


def _placed(hold_id: UUID, order: Placed) -> HoldPlaced:
    return HoldPlaced(
        hold_id=hold_id,
        order_id=order.order_id,
        user_id=order.user_id,
        amount=order.hold_amount,
        currency=order.currency,
    )
