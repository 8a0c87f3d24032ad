"""Events of billing_service: stream ``events:billing``. Amounts are whole minor units of ``currency``."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from servicekit.contracts.base import Event, event


@event("billing.account.opened.v1", subject="account/{account_id}")
class AccountOpened(Event):
    """A customer's cash account exists."""

    account_id: UUID
    user_id: UUID
    currency: str
    opened_at: datetime


@event("billing.deposit.booked.v1", subject="deposit/{deposit_id}")
class DepositBooked(Event):
    """Money came in. ``balance_after`` is the customer's whole balance, held money included."""

    deposit_id: UUID
    user_id: UUID
    amount: int
    currency: str
    balance_after: int
    booked_at: datetime


@event("billing.withdrawal.booked.v1", subject="withdrawal/{withdrawal_id}")
class WithdrawalBooked(Event):
    """Money went out. ``balance_after`` is the customer's whole balance, held money included."""

    withdrawal_id: UUID
    user_id: UUID
    amount: int
    currency: str
    balance_after: int
    booked_at: datetime


@event("billing.dividend.booked.v1", subject="dividend/{allocation_id}")
class DividendBooked(Event):
    """A dividend came in: for ``quantity`` units, ``per_unit`` each, in major units."""

    allocation_id: UUID
    action_id: UUID
    user_id: UUID
    journal_entry_id: UUID
    ticker: str
    quantity: int
    per_unit: Decimal
    amount: int
    currency: str
    balance_after: int
    booked_at: datetime


@event("billing.hold.placed.v1", subject="hold/{order_id}")
class HoldPlaced(Event):
    """Cash was set aside for an order. Sequence 1 of its subject."""

    hold_id: UUID
    order_id: UUID
    user_id: UUID
    amount: int
    currency: str


@event("billing.hold.declined.v1", subject="hold/{order_id}")
class HoldDeclined(Event):
    """Cash could not be set aside.

    ``code`` is ``insufficient_funds``, ``account_not_ready`` or ``account_frozen``, a ``RejectCode``.
    """

    order_id: UUID
    user_id: UUID
    code: str
    required: int
    available: int
    currency: str


@event("billing.reversal.booked.v1", subject="reversal/{journal_entry_id}")
class ReversalBooked(Event):
    """An operator undid an entry of the journal; this is what it did to one customer's cash.

    ``amount``: signed, negative when money was taken. ``balance_after``: the whole balance, held money
    included. ``reversed_type``: of the entry that was undone, ``deposit``, ``withdrawal`` or ``reversal``.
    ``reason``: as the operator wrote it, up to 200 characters. Sequence: counts the customers of the entry.
    """

    journal_entry_id: UUID
    reversed_id: UUID
    reversed_type: str
    user_id: UUID
    amount: int
    currency: str
    balance_after: int
    reason: str
    booked_at: datetime


@event("billing.account.frozen.v1", subject="freeze/{freeze_id}")
class AccountFrozen(Event):
    """Nothing new may be done with a customer's account, until :class:`AccountUnfrozen` of the same freeze.

    The reason is an operator's or the consistency job's own, and is not told. Sequence 1 of its subject.
    """

    freeze_id: UUID
    account_id: UUID
    user_id: UUID
    frozen_at: datetime


@event("billing.account.unfrozen.v1", subject="freeze/{freeze_id}")
class AccountUnfrozen(Event):
    """An operator let a frozen account go. Sequence 2 of its subject."""

    freeze_id: UUID
    account_id: UUID
    user_id: UUID
    unfrozen_at: datetime


@event("billing.statement.ready.v1", subject="statement/{account_id}/{month}")
class StatementReady(Event):
    """A month with operations has ended in every time zone: the account's statement changes no more.

    ``month``: ``yyyy-mm``, of UTC. Sequence 1 of its subject.
    """

    account_id: UUID
    user_id: UUID
    month: str
    ready_at: datetime


@event("billing.closing.prepared.v1", subject="closing/{closing_id}/{attempt}")
class ClosingPrepared(Event):
    """An account that is to be closed is empty, and takes nothing new until it is decided.

    trading_service answers by ``trading.closing.checked.v1``. Sequence 1 of its subject.
    """

    closing_id: UUID
    user_id: UUID
    attempt: int


@event("billing.closing.decided.v1", subject="closing/{closing_id}/{attempt}")
class ClosingDecided(Event):
    """Whether an account is closed; if not, what is left of it, and everything goes on as before.

    Attributes:
        balance, held: minor units of ``currency``; the second is a part of the first.
        frozen: an operator, or the consistency job, has frozen it.
        open_orders, positions: as trading_service counts them; 0 where it was not asked.
        payments_due: payments to the account that are not booked yet.
        Sequence 2 of its subject.
    """

    closing_id: UUID
    user_id: UUID
    attempt: int
    closed: bool
    balance: int
    held: int
    currency: str
    frozen: bool
    open_orders: int
    positions: int
    payments_due: int
    decided_at: datetime
