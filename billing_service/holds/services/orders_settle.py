"""Settling fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.holds.services.batch import HoldRow, fills_require, holds_lock, holds_save
from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import fills_booked
from billing_service.ledger.services import (
    Booked,
    Draft,
    LockedAccount,
    Posting,
    accounts_save,
    journal_book,
)
from servicekit.contracts import trading
from servicekit.messaging.consume import Received

Filled = trading.OrderFilled | trading.OrderFilledV2
Fill = Received[Filled]

# Once, as plain text: an enum member is looked up and made text anew at every use.
_SETTLEMENT = JournalEntry.Type.ORDER_SETTLEMENT.value
_BUY, _SELL, _FEE = (
    kind.value for kind in (LedgerEntry.Kind.BUY, LedgerEntry.Kind.SELL, LedgerEntry.Kind.FEE)
)
_HOUSE, _FEES = LedgerAccount.Kind.HOUSE_CASH.value, LedgerAccount.Kind.FEES.value


@transaction.atomic(savepoint=False)
def orders_settle(*, messages: Sequence[Fill]) -> list[Booked]:
    """Book the money of fills: exactly one journal entry each, whatever is delivered how often.

    A buy is paid from its hold. What the rest of the order can no longer need is released at once
    (``hold_left``), all that is left with the final fill. A sell is paid by the house, whose balance may fall
    below zero. A fill that was booked is passed over. One that adds nothing to amount and fee, because the
    parts before it were rounded up, needs no entry: nothing was booked.

    Returns:
        What was booked.

    Raises:
        FillMissing: of a buy, an earlier fill is not booked; it may need what this one would release.
        FillNotCovered: a buy without a pending hold of at least amount + fee.
        AccountNotReady: a customer has no account.
        Nothing of the batch is booked then.
    """
    accounts, holds = holds_lock([message.event for message in messages])
    known = fills_booked(fill_ids=[m.event.fill_id for m in messages if _may_be_booked(m.event, holds)])
    captured: dict[UUID, HoldRow] = {}
    released: dict[UUID, LockedAccount] = {}
    drafts: list[Draft] = []
    for message in messages:
        fill = message.event
        if fill.fill_id in known:
            continue
        known.add(fill.fill_id)
        account = accounts.get(fill.user_id)
        if account is None:
            raise AccountNotReady
        free = not fill.amount and not fill.fee
        if fill.side == "buy":
            hold = holds.get(fill.order_id)
            if free and (hold is None or not hold.pending):  # delivered again: it left no entry
                continue
            captured[fill.order_id] = _capture(hold, account, fill)
        if free:
            released[account.id] = account
            continue
        drafts.append(_draft(message, account))
    if captured:
        holds_save(captured.values())
    if released:
        accounts_save(released.values())
    if not drafts:
        return []
    return journal_book(drafts)


def _may_be_booked(fill: Filled, holds: Mapping[UUID, HoldRow]) -> bool:
    """A buy that was booked was captured from its hold, in the same transaction; a first fill was not."""
    hold = holds.get(fill.order_id)
    return fill.side != "buy" or hold is None or hold.captured > 0


def _capture(hold: HoldRow | None, account: LockedAccount, fill: Filled) -> HoldRow:
    """Take a fill's amount and fee out of its order's hold, and release what is not needed any more."""
    due = fill.amount + fill.fee
    if hold is None or not hold.pending or hold.account_id != account.id or due > hold.left:
        raise FillNotCovered(order_id=fill.order_id, fill_id=fill.fill_id, due=due)
    fills_require(fill, booked=hold.captured + due)
    account.held -= hold.capture(due)
    if fill.final:
        account.held -= hold.end(Hold.State.CAPTURED)
    elif isinstance(fill, trading.OrderFilledV2):  # version 1 does not say what the rest needs
        account.held -= hold.release_down_to(fill.hold_left)
    return hold


def _draft(message: Fill, account: LockedAccount) -> Draft:
    fill = message.event
    gross, side = (-fill.amount, _BUY) if fill.side == "buy" else (fill.amount, _SELL)
    return Draft(
        type=_SETTLEMENT,
        source_id=message.id,
        request_id=message.request_id,
        currency=fill.currency,
        postings=(
            Posting(account, side, gross),
            Posting(account, _FEE, -fill.fee),
            Posting(_HOUSE, side, -gross),
            Posting(_FEES, _FEE, fill.fee),
        ),
        order_id=fill.order_id,
        fill_id=fill.fill_id,
        ticker=fill.ticker,
        quantity=fill.quantity,
        price=fill.price,
        description=f"{fill.side} {fill.quantity} {fill.ticker}",
    )
