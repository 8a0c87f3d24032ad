"""The life of a hold, and the settlement of fills. Amounts are minor units.

``pending → captured | voided``. The winner is decided by one conditional UPDATE of a pending hold;
who comes second finds nothing pending and changes nothing. The hold is locked before its account.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.holds.selectors import hold_exists
from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import account_get, fill_is_booked
from billing_service.ledger.services import (
    Posting,
    account_hold,
    account_release,
    journal_post,
)
from servicekit.contracts import trading
from servicekit.contracts.billing import HoldDeclined, HoldPlaced, OrderSettled
from servicekit.messaging import publish

_CAPTURE = """
UPDATE holds_hold
SET captured = captured + %(due)s,
    released = CASE WHEN %(final)s THEN amount - captured - %(due)s ELSE 0 END,
    state = CASE WHEN %(final)s THEN 'captured' ELSE state END,
    updated_at = statement_timestamp()
WHERE order_id = %(order_id)s AND state = 'pending' AND captured + %(due)s <= amount
RETURNING released
"""

_VOID = """
UPDATE holds_hold
SET released = amount - captured,
    state = CASE WHEN captured > 0 THEN 'captured' ELSE 'voided' END,
    updated_at = statement_timestamp()
WHERE order_id = %s AND state = 'pending'
RETURNING account_id, released
"""


@transaction.atomic
def hold_place(*, order_id: UUID, user_id: UUID, amount: int, currency: str) -> Hold | None:
    """Set cash aside for an order, if the customer has it. Nothing happens when the order has a hold.

    Args:
        amount: what to hold, above zero.

    Returns:
        The new hold, or ``None``.

    Emits:
        HoldPlaced, or HoldDeclined with ``insufficient_funds`` or ``account_not_ready``.
    """
    if hold_exists(order_id=order_id):
        return None
    account = account_get(user_id=user_id)
    if account is None or not account_hold(account_id=account.id, amount=amount):
        publish(
            HoldDeclined(
                order_id=order_id,
                user_id=user_id,
                code="insufficient_funds" if account else "account_not_ready",
                required=amount,
                available=account.available if account else 0,
                currency=currency,
            )
        )
        return None
    hold = Hold.objects.create(order_id=order_id, account=account, user_id=user_id, amount=amount)
    publish(HoldPlaced(hold_id=hold.id, order_id=order_id, user_id=user_id, amount=amount, currency=currency))
    return hold


@transaction.atomic
def hold_void(*, order_id: UUID, user_id: UUID) -> bool:
    """Release what is left of an order's hold: the order ended.

    An order without a hold is marked, so that a request for its cash that is handled late finds the
    marker and holds nothing.

    Returns:
        Whether something was released.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VOID, [order_id])
        row = cursor.fetchone()
    if row is None:
        if not hold_exists(order_id=order_id):
            Hold.objects.create(order_id=order_id, user_id=user_id, amount=0, state=Hold.State.VOIDED)
        return False
    account_id, released = row
    account_release(account_id=account_id, amount=released)
    return True


@transaction.atomic
def order_settle(*, source_id: UUID, fill: trading.OrderFilled) -> JournalEntry | None:
    """Book the money of a fill: exactly one journal entry, whatever is delivered how often.

    A buy is paid from its hold, and what the hold has left is released with the final fill. A sell
    is paid by the house, whose balance may fall below zero.

    Args:
        source_id: the event's id.

    Returns:
        The journal entry, or ``None`` when the fill was booked before.

    Raises:
        FillNotCovered: a buy without a pending hold of at least amount + fee; nothing was booked.
        AccountNotReady: the customer has no account; nothing was booked.

    Emits:
        OrderSettled.
    """
    if fill_is_booked(fill_id=fill.fill_id):
        return None
    account = account_get(user_id=fill.user_id)
    if account is None:
        raise AccountNotReady
    buys = fill.side == "buy"
    gross = -fill.amount if buys else fill.amount
    side = LedgerEntry.Kind.BUY if buys else LedgerEntry.Kind.SELL
    booking = journal_post(
        type=JournalEntry.Type.ORDER_SETTLEMENT,
        source_id=source_id,
        currency=fill.currency,
        postings=[
            Posting(account.id, side, gross),
            Posting(account.id, LedgerEntry.Kind.FEE, -fill.fee),
            Posting(LedgerAccount.Kind.HOUSE_CASH, side, -gross),
            Posting(LedgerAccount.Kind.FEES, LedgerEntry.Kind.FEE, fill.fee),
        ],
        released={account.id: _hold_capture(fill)} if buys else None,
        order_id=fill.order_id,
        fill_id=fill.fill_id,
        ticker=fill.ticker,
        quantity=fill.quantity,
        price=fill.price,
        description=f"{fill.side} {fill.quantity} {fill.ticker}",
    )
    publish(
        OrderSettled(
            order_id=fill.order_id,
            fill_id=fill.fill_id,
            user_id=fill.user_id,
            journal_entry_id=booking.entry.id,
            side=fill.side,
            amount=fill.amount,
            fee=fill.fee,
            currency=fill.currency,
            balance_after=booking.balances[account.id],
            settled_at=booking.entry.occurred_at,
        )
    )
    return booking.entry


def _hold_capture(fill: trading.OrderFilled) -> int:
    """Take a fill's amount and fee out of its order's hold, the rest too when the fill is final.

    Returns:
        How much the account stops holding: what was captured now and what was released.
    """
    due = fill.amount + fill.fee
    with connection.cursor() as cursor:
        cursor.execute(_CAPTURE, {"due": due, "final": fill.final, "order_id": fill.order_id})
        row = cursor.fetchone()
    if row is None:
        raise FillNotCovered(order_id=fill.order_id, fill_id=fill.fill_id, due=due)
    return due + row[0]
