"""Holds as rows: read many, change them in memory, write them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from billing_service.holds.errors import HoldChanged
from billing_service.holds.models import Hold
from servicekit.arrays import array
from servicekit.database import Statement, run_later
from servicekit.ids import new_id

_READ = Statement(
    """
SELECT order_id, account_id, amount, captured, released, state FROM holds_hold
WHERE order_id = ANY(%s::uuid[])
"""
)

_INSERT = Statement(
    """
INSERT INTO holds_hold (id, order_id, account_id, user_id, amount, captured, released, state, due_at)
SELECT id, order_id, account_id, user_id, amount, 0, 0, state,
    statement_timestamp() + patience * interval '1 second'
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::int[])
    AS new (id, order_id, account_id, user_id, amount, state, patience)
"""
)

# LIKE: an equation would let the planner read the index of pending holds, all of it, for each.
_SAVE = Statement(
    """
UPDATE holds_hold AS hold
SET captured = new.captured, released = new.released, state = new.state, updated_at = statement_timestamp()
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[]) AS new (order_id, captured, released, state)
WHERE hold.order_id = new.order_id AND hold.state LIKE 'pending'
"""
)


@dataclass(slots=True)
class HoldRow:
    """A hold as it is under its account's lock. Change a pending one, then :func:`holds_save` it."""

    order_id: UUID
    account_id: UUID | None
    amount: int
    captured: int
    released: int
    state: str

    @property
    def pending(self) -> bool:
        """Whether its cash is still set aside."""
        return self.state == Hold.State.PENDING

    def capture(self, due: int, *, final: bool) -> int:
        """Spend a part, and release the rest too when that was the last one.

        Returns:
            How much less the account holds now.
        """
        self.captured += due
        return due + self.end(Hold.State.CAPTURED) if final else due

    def end(self, state: Hold.State) -> int:
        """Release what was not captured. A hold of which a part was captured ends as captured.

        Returns:
            How much less the account holds now.
        """
        self.released = self.amount - self.captured
        self.state = Hold.State.CAPTURED.value if self.captured else state.value
        return self.released


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be inserted. ``patience``: seconds after which it should have ended; None: no matter."""

    order_id: UUID
    account_id: UUID | None
    user_id: UUID
    amount: int
    state: Hold.State = Hold.State.PENDING
    patience: int | None = None


def holds_read(order_ids: Iterable[UUID]) -> dict[UUID, HoldRow]:
    """The holds of orders, of any state, by order. Call it under the locks of their accounts."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [array(order_ids)])
        return {row[0]: HoldRow(*row) for row in cursor.fetchall()}


def holds_insert(holds: Sequence[NewHold]) -> list[UUID]:
    """Insert holds.

    Returns:
        Their ids.

    Raises:
        IntegrityError: an order has a hold already; as late as with the commit (``run_later``).
    """
    ids = [new_id() for _ in holds]
    run_later(
        _INSERT,
        [
            array(ids),
            array(hold.order_id for hold in holds),
            array(hold.account_id for hold in holds),
            array(hold.user_id for hold in holds),
            array(hold.amount for hold in holds),
            array(hold.state.value for hold in holds),
            array(hold.patience for hold in holds),
        ],
    )
    return ids


def holds_save(holds: Collection[HoldRow]) -> None:
    """Write back holds that were pending when they were read.

    Raises:
        HoldChanged: one was final already: it was written without its account's lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SAVE,
            [
                array(hold.order_id for hold in holds),
                array(hold.captured for hold in holds),
                array(hold.released for hold in holds),
                array(hold.state for hold in holds),
            ],
        )
        if cursor.rowcount != len(holds):
            raise HoldChanged(expected=len(holds), changed=cursor.rowcount)
