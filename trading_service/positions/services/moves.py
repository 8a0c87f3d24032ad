"""Buys, sells and releases booked into positions, and the holds of sells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from servicekit.database.bulk import Insert, Lock, Update, Upsert
from servicekit.database.combined import Combined
from servicekit.database.insert_or_lock import InsertOrLock
from servicekit.ids import new_id
from trading_service.positions.errors import InsufficientPosition, PositionInconsistent
from trading_service.positions.models import DailyFlow, Lot, Position, part_of_cost
from trading_service.positions.selectors import position_available

#: A position's user and instrument.
_Key = tuple[UUID, UUID]


class Move(Enum):
    """The kind of a movement: units bought, sold (out of the held ones), or released from a sell."""

    BUY = "buy"
    SELL = "sell"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of one position.

    Attributes:
        quantity: units.
        money: minor units: what a BUY cost, fee included; what a SELL brought, fee deducted. Of a part of
            an order its increments of amount and fee, either of which may be 0.
        at: when it was executed: it counts on that day in UTC.
    """

    user_id: UUID
    instrument_id: UUID
    move: Move
    quantity: int
    money: int = 0
    at: datetime = field(default_factory=timezone.now)


def position_hold(*, user_id: UUID, instrument_id: UUID, quantity: int, all_of_it: bool = False) -> None:
    """Set units aside for a sell: one conditional statement, so of two that race one wins.

    Args:
        all_of_it: only if no more than ``quantity`` is free.

    Raises:
        InsufficientPosition: fewer than ``quantity`` units are owned and free, or more and it had to
            be all; ``limit`` is how many are free. Nothing was changed.
    """
    wanted = _Wanted(user_id, instrument_id, quantity, all_of_it)
    if not _HOLD.run([wanted], updated_at=timezone.now()):
        available = position_available(user_id=user_id, instrument_id=instrument_id)
        raise InsufficientPosition(limit=available, value=quantity)


def positions_move(movements: Iterable[Movement]) -> None:
    """Book movements in their order: two statements, three with first positions, however many there are.

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
    now = timezone.now()
    books = {(book.user_id, book.instrument_id): book for book in _LOCK(wanted)}
    first = {key: _Book.first(key) for key in wanted if key not in books}
    added = {key: (books.get(key) or first[key]).move(moves) for key, moves in wanted.items()}
    for book in _OPEN(first.values(), updated_at=now):
        key = book.user_id, book.instrument_id
        if book.id != first[key].id:  # another transaction has made it meanwhile
            books[key], added[key] = book, book.move(wanted[key])
    lots = [lot for rows, _ in added.values() for lot in rows]
    flows = [flow for _, rows in added.values() for flow in rows]
    _WRITE.defer(list(books.values()), lots, flows, updated_at=now)


@dataclass(slots=True)
class _Book:
    """A position while movements are booked, by the average cost method (see ``models``)."""

    id: UUID
    user_id: UUID
    instrument_id: UUID
    quantity: int
    held_quantity: int
    cost_basis: int
    realized_pnl: int
    bought_quantity: int
    bought_cost: int

    @classmethod
    def first(cls, key: _Key) -> _Book:
        """Of a position that nobody had."""
        return cls(new_id(), *key, *[0] * len(_STATE))

    def move(self, movements: Iterable[Movement]) -> tuple[list[_LotRow], list[_FlowRow]]:
        """Book movements in their order. Returns what they add to the lots and to the days."""
        lots: list[_LotRow] = []
        flows: dict[date, _FlowRow] = {}
        for movement in movements:
            if movement.move is Move.BUY:
                lots.append(self._lot(movement))
            self._apply(movement)
            if movement.move is not Move.RELEASE:
                day = movement.at.astimezone(UTC).date()
                flows.setdefault(day, _FlowRow(self.id, day)).add(movement)
        return lots, list(flows.values())

    def _lot(self, buy: Movement) -> _LotRow:
        """What a buy that is to be booked next adds to the lots."""
        return _LotRow(
            self.id, buy.at, buy.quantity, buy.money, self.bought_quantity, cost_before=self.bought_cost
        )

    def _apply(self, movement: Movement) -> None:
        units = movement.quantity
        if movement.move is Move.BUY:
            self.quantity += units
            self.cost_basis += movement.money
            self.bought_quantity += units
            self.bought_cost += movement.money
            return
        if units > self.held_quantity:
            raise PositionInconsistent(
                user_id=movement.user_id, instrument_id=movement.instrument_id, quantity=units
            )
        self.held_quantity -= units
        if movement.move is Move.SELL:
            taken = part_of_cost(self.cost_basis, units, self.quantity)
            self.quantity -= units
            self.cost_basis -= taken
            self.realized_pnl += movement.money - taken


class _Wanted(NamedTuple):
    """Units of a position to be held."""

    user_id: UUID
    instrument_id: UUID
    wanted: int
    all_of_it: bool


class _LotRow(NamedTuple):
    """A row of :class:`Lot`."""

    position_id: UUID
    bought_at: datetime
    quantity: int
    cost: int
    bought_before: int
    cost_before: int


@dataclass(slots=True)
class _FlowRow:
    """What movements add to a row of :class:`DailyFlow`."""

    position_id: UUID
    day: date
    bought_quantity: int = 0
    bought_cost: int = 0
    sold_quantity: int = 0
    sold_proceeds: int = 0

    def add(self, movement: Movement) -> None:
        """Count a buy or a sell."""
        if movement.move is Move.BUY:
            self.bought_quantity += movement.quantity
            self.bought_cost += movement.money
        else:
            self.sold_quantity += movement.quantity
            self.sold_proceeds += movement.money


_KEY = ("user_id", "instrument_id")
_HOLD = Update(
    Position,
    _Wanted,
    key=_KEY,
    types={"wanted": "bigint", "all_of_it": "boolean"},
    where="kept.quantity - kept.held_quantity >= new.wanted "
    "AND (NOT new.all_of_it OR kept.quantity - kept.held_quantity = new.wanted)",
    computed={"held_quantity": "kept.held_quantity + new.wanted"},
    shared=("updated_at",),
)
_LOCK = Lock(Position, _Book, key=_KEY, order=_KEY)
# Another transaction may make the same first position: then this one waits for it, and goes on from there.
_OPEN = InsertOrLock(Position, _Book, _Book, key=_KEY, shared=("updated_at",))
_SUMS = ("bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds")
_STATE = ("quantity", "held_quantity", "cost_basis", "realized_pnl", "bought_quantity", "bought_cost")
_WRITE = Combined(
    Update(Position, _Book, key="id", columns=_STATE, shared=("updated_at",)),
    Insert(Lot, _LotRow),
    Upsert(DailyFlow, _FlowRow, key=("position_id", "day"), add=_SUMS),
)


def positions_open_day() -> int:
    """Note what every position has come to, as a day of the market begins. Returns how many have moved."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_DAY)
        return cursor.rowcount


# Joined with what is noted, because an upsert writes even the rows that it leaves as they are. Of 20,000
# positions the ORM reads, compares and upserts all in 7 times as long, and if none has moved in 70 times (by
# turns, 5 runs).
_OPEN_DAY = """
INSERT INTO positions_dayopening
    (position_id, bought_quantity, bought_cost, sold_quantity, sold_proceeds)
SELECT now.* FROM (
    SELECT id, bought_quantity, bought_cost, bought_quantity - quantity AS sold_quantity,
           realized_pnl - cost_basis + bought_cost AS sold_proceeds
    FROM positions_position
) AS now LEFT JOIN positions_dayopening AS before ON before.position_id = now.id
WHERE (now.bought_quantity, now.bought_cost, now.sold_quantity, now.sold_proceeds)
    IS DISTINCT FROM (before.bought_quantity, before.bought_cost, before.sold_quantity, before.sold_proceeds)
ORDER BY now.id
ON CONFLICT (position_id) DO UPDATE SET
    bought_quantity = excluded.bought_quantity, bought_cost = excluded.bought_cost,
    sold_quantity = excluded.sold_quantity, sold_proceeds = excluded.sold_proceeds
"""
