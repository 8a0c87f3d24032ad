"""The only writer of the ledger. Amounts are whole minor units; all run in the caller's transaction.

Rows are locked in one order, so that no two bookings wait for each other: the hold (app ``holds``),
then customers' accounts by id, then the system's accounts by id. The latter are shared by every
booking of a currency, so they come last and are locked for the shortest time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import system_account_ids
from servicekit.contracts.billing import AccountOpened
from servicekit.messaging import publish
from servicekit.money import HOME_CURRENCY
from servicekit.telemetry import current_request_id

#: Held money leaves ``held`` in the statement that moves the balance, so that the CHECK
#: held ≤ balance is true of every single statement.
_MOVE = """
UPDATE ledger_ledgeraccount
SET balance = balance + %s, held = held - %s, last_number = last_number + %s
WHERE id = %s
RETURNING balance, last_number
"""


@dataclass(frozen=True, slots=True)
class Posting:
    """A leg to be booked: ``amount`` (signed, minor units; zero is left out) on an account.

    ``account``: an id, or a ``LedgerAccount.Kind`` of the system's own.
    """

    account: UUID | LedgerAccount.Kind
    kind: LedgerEntry.Kind
    amount: int


@dataclass(frozen=True, slots=True)
class Booking:
    """A journal entry that was booked, and each of its accounts' balances after it."""

    entry: JournalEntry
    balances: Mapping[UUID, int]


@transaction.atomic
def account_open(*, user_id: UUID, currency: str = HOME_CURRENCY) -> LedgerAccount:
    """Open a customer's cash account; the same account again when it is open already.

    Emits:
        AccountOpened: the first time.
    """
    account, opened = LedgerAccount.objects.get_or_create(
        user_id=user_id, defaults={"kind": LedgerAccount.Kind.CUSTOMER_CASH, "currency": currency}
    )
    if opened:
        account.refresh_from_db(fields=["opened_at"])
        publish(
            AccountOpened(
                account_id=account.id,
                user_id=user_id,
                currency=account.currency,
                opened_at=account.opened_at,
            )
        )
    return account


def account_hold(*, account_id: UUID, amount: int) -> bool:
    """Set ``amount`` aside if that much is available. One conditional statement: races cannot overspend.

    Returns:
        Whether it was; if not, nothing has changed.
    """
    return bool(
        LedgerAccount.objects.filter(id=account_id, balance__gte=F("held") + amount).update(
            held=F("held") + amount
        )
    )


def account_release(*, account_id: UUID, amount: int) -> None:
    """Make ``amount`` of what is held available again."""
    LedgerAccount.objects.filter(id=account_id).update(held=F("held") - amount)


def journal_post(
    *,
    type: JournalEntry.Type,
    source_id: UUID,
    currency: str,
    postings: Sequence[Posting],
    released: Mapping[UUID, int] | None = None,
    order_id: UUID | None = None,
    fill_id: UUID | None = None,
    ticker: str = "",
    quantity: int | None = None,
    price: Decimal | None = None,
    description: str = "",
) -> Booking:
    """Book a balanced journal entry: its legs, and the balances they change.

    Args:
        source_id: the event or operation that causes it.
        postings: at least two that are not zero; their sum is zero.
        released: account id → how much of it stops being held.

    Raises:
        IntegrityError: the source or the fill is booked already, a customer's balance would fall
            below zero or below what is held, or (at commit) the legs do not balance.
    """
    system = system_accounts_ensure(currency=currency)
    legs = [
        (system[leg.account] if isinstance(leg.account, LedgerAccount.Kind) else leg.account, leg)
        for leg in postings
        if leg.amount
    ]
    entry = JournalEntry.objects.create(
        type=type,
        source_id=source_id,
        request_id=current_request_id(),
        occurred_at=timezone.now(),
        order_id=order_id,
        fill_id=fill_id,
        ticker=ticker,
        quantity=quantity,
        price=price,
        description=description,
    )
    own = set(system.values())
    entries: list[LedgerEntry] = []
    balances: dict[UUID, int] = {}
    for account_id in sorted({account_id for account_id, _ in legs}, key=lambda id: (id in own, id)):
        mine = [leg for leg_account_id, leg in legs if leg_account_id == account_id]
        total = sum(leg.amount for leg in mine)
        balance, number = _account_move(
            account_id=account_id,
            amount=total,
            released=(released or {}).get(account_id, 0),
            legs=len(mine),
        )
        balances[account_id] = balance
        running, number = balance - total, number - len(mine)
        for leg in mine:
            running, number = running + leg.amount, number + 1
            entries.append(
                LedgerEntry(
                    journal_entry=entry,
                    account_id=account_id,
                    number=number,
                    kind=leg.kind,
                    amount=leg.amount,
                    currency=currency,
                    balance_after=running,
                )
            )
    LedgerEntry.objects.bulk_create(entries)
    return Booking(entry=entry, balances=balances)


def system_accounts_ensure(*, currency: str) -> dict[str, UUID]:
    """The system's own accounts of a currency (kind → id), made at their first use."""
    kinds = [kind for kind in LedgerAccount.Kind if kind != LedgerAccount.Kind.CUSTOMER_CASH]
    ids = system_account_ids(currency=currency)
    if len(ids) < len(kinds):
        LedgerAccount.objects.bulk_create(
            [LedgerAccount(kind=kind, currency=currency) for kind in kinds], ignore_conflicts=True
        )
        ids = system_account_ids(currency=currency)
    return ids


def _account_move(*, account_id: UUID, amount: int, released: int, legs: int) -> tuple[int, int]:
    """Change a balance; its row stays locked until the transaction ends.

    Returns:
        The balance, and the number of the account's latest leg, both after the move.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [amount, released, legs, account_id])
        row = cursor.fetchone()
    if row is None:
        raise LedgerAccount.DoesNotExist(account_id)
    return row
