"""The only writer of positions, inside the transaction of the orders that cause the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import Enum
from uuid import UUID

from django.db import connection
from django.utils import timezone

from servicekit.arrays import columns
from servicekit.database import Statement, execute_deferred
from servicekit.database.bulk import Lock, Update
from servicekit.ids import new_id
from trading_service.positions.errors import InsufficientPosition, PositionInconsistent
from trading_service.positions.models import Position
from trading_service.positions.selectors import position_available

_HOLD = Statement(
    """
UPDATE positions_position SET held_quantity = held_quantity + %s, updated_at = %s
WHERE user_id = %s AND instrument_id = %s AND quantity - held_quantity >= %s
  AND (quantity - held_quantity = %s OR NOT %s)
"""
)

# Another transaction may have made the same first position since we looked: then both add up.
_INSERT = Statement(
    """
INSERT INTO positions_position AS known
    (updated_at, id, user_id, instrument_id, quantity, held_quantity, cost_basis, realized_pnl)
SELECT %s::timestamptz, book.* FROM
    unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS book (id, user_id, instrument_id, quantity, held_quantity, cost_basis, realized_pnl)
ORDER BY user_id, instrument_id
ON CONFLICT (user_id, instrument_id) DO UPDATE SET
    quantity = known.quantity + excluded.quantity,
    cost_basis = known.cost_basis + excluded.cost_basis,
    updated_at = excluded.updated_at
"""
)


#: A position's user and instrument.
_Key = tuple[UUID, UUID]


class Move(Enum):
    """What happens to units: bought, sold (out of what is held), or no longer held for a sell."""

    BUY = "buy"
    SELL = "sell"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of one position.

    Attributes:
        quantity: units.
        money: minor units: what a BUY cost, fee included; what a SELL brought, fee deducted.
    """

    user_id: UUID
    instrument_id: UUID
    move: Move
    quantity: int
    money: int = 0


def position_hold(*, user_id: UUID, instrument_id: UUID, quantity: int, all_of_it: bool = False) -> None:
    """Set units aside for a sell: one conditional statement, so of two that race one wins.

    Args:
        all_of_it: only if no more than ``quantity`` is free.

    Raises:
        InsufficientPosition: fewer than ``quantity`` units are owned and free, or more and it had to
            be all; ``limit`` is how many are free. Nothing was changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLD, [quantity, timezone.now(), user_id, instrument_id, quantity, quantity, all_of_it]
        )
        held = cursor.rowcount == 1
    if not held:
        available = position_available(user_id=user_id, instrument_id=instrument_id)
        raise InsufficientPosition(limit=available, value=quantity)


def positions_move(movements: Iterable[Movement]) -> None:
    """Book movements in their order: three statements at most, however many there are.

    The positions are locked, in the order of their keys, from the read to the write; what a sell
    takes out of the cost is computed here, one movement after the other, so many at once give
    exactly what they give one by one.

    Raises:
        PositionInconsistent: units are sold or released that were not held; nothing was changed.
    """
    wanted: dict[_Key, list[Movement]] = {}
    for movement in movements:
        wanted.setdefault((movement.user_id, movement.instrument_id), []).append(movement)
    if not wanted:
        return
    known = {(book.user_id, book.instrument_id): book for book in _LOCK(wanted)}
    changed: list[_Book] = []
    made: list[_Book] = []
    for key, moves in wanted.items():
        book = known.get(key) or _Book.empty(*key)
        for movement in moves:
            book.apply(movement)
        (changed if key in known else made).append(book)
    now = timezone.now()
    _UPDATE.defer(changed, updated_at=now)
    if made:
        execute_deferred(_INSERT, [now, *columns((new_id(), *astuple(book)) for book in made)])


@dataclass(slots=True)
class _Book:
    """A position while movements are booked, by the average cost method (see ``models``)."""

    user_id: UUID
    instrument_id: UUID
    quantity: int
    held_quantity: int
    cost_basis: int
    realized_pnl: int

    @classmethod
    def empty(cls, user_id: UUID, instrument_id: UUID) -> _Book:
        """A first position."""
        return cls(user_id, instrument_id, 0, 0, 0, 0)

    def apply(self, movement: Movement) -> None:
        units = movement.quantity
        if movement.move is Move.BUY:
            self.quantity += units
            self.cost_basis += movement.money
            return
        if units > self.held_quantity:
            raise PositionInconsistent(
                user_id=movement.user_id, instrument_id=movement.instrument_id, quantity=units
            )
        self.held_quantity -= units
        if movement.move is Move.SELL:
            # cost × units ÷ quantity, half away from zero, exactly: nothing here is below zero
            taken = (2 * self.cost_basis * units + self.quantity) // (2 * self.quantity)
            self.quantity -= units
            self.cost_basis -= taken
            self.realized_pnl += movement.money - taken


_LOCK = Lock(Position, _Book, key=("user_id", "instrument_id"), order=("user_id", "instrument_id"))
_UPDATE = Update(Position, _Book, key=("user_id", "instrument_id"), shared=("updated_at",))
