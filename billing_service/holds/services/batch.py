"""Holds as rows: read many, change them in memory, write them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from billing_service.holds.errors import HoldChanged
from billing_service.holds.models import Hold
from servicekit.database.bulk import Insert, Read, Update
from servicekit.ids import new_id


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
    """A hold to be inserted. ``due_in_s``: seconds after which it should have ended; None: no matter."""

    order_id: UUID
    account_id: UUID | None
    user_id: UUID
    amount: int
    state: Hold.State = Hold.State.PENDING
    captured: int = 0
    released: int = 0
    due_in_s: int | None = None
    id: UUID = field(default_factory=new_id)


_READ = Read(Hold, HoldRow, key="order_id")
_INSERT = Insert(
    Hold,
    NewHold,
    computed={"due_at": "statement_timestamp() + new.due_in_s * interval '1 second'"},
    types={"due_in_s": "int"},
)
# LIKE: an equation would let the planner read the index of pending holds, all of it, for each.
_SAVE = Update(
    Hold,
    HoldRow,
    key="order_id",
    columns=("captured", "released", "state"),
    where="kept.state LIKE 'pending'",
    computed={"updated_at": "statement_timestamp()"},
)


def holds_read(order_ids: Iterable[UUID]) -> dict[UUID, HoldRow]:
    """The holds of orders, of any state, by order. Call it under the locks of their accounts."""
    return {hold.order_id: hold for hold in _READ(order_ids)}


def holds_insert(holds: Sequence[NewHold]) -> None:
    """Insert holds.

    Raises:
        IntegrityError: an order has a hold already; as late as with the commit (``execute_deferred``).
    """
    _INSERT.defer(holds)


def holds_save(holds: Collection[HoldRow]) -> None:
    """Write back holds that were pending when they were read.

    Raises:
        HoldChanged: one was final already: it was written without its account's lock.
    """
    changed = _SAVE.run(holds)
    if changed != len(holds):
        raise HoldChanged(expected=len(holds), changed=changed)
