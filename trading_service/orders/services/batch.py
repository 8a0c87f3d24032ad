"""Shared by the use-cases that take many orders: locking the orders, and writing the results.

However many orders there are, a batch is one SELECT and a statement a table. The rows are locked, in
the order of their ids, from the read to the write, so what is decided in between still holds.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from servicekit.arrays import array
from servicekit.contracts import Event
from servicekit.database import Statement
from servicekit.database.bulk import Insert, Update
from servicekit.database.delete import Delete
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, origins, publish_many
from servicekit.telemetry import HasOrigin, Origin
from trading_service.orders.models import FINAL, Order, OrderDeadline, OrderTransition, Side, Status
from trading_service.orders.saga import Step
from trading_service.orders.services.changes import orders_changed
from trading_service.positions.services import Move, Movement, positions_move

_COLUMNS = """
    orders.id, orders.version, orders.user_id, instrument_id, ticker, side, orders.type, time_in_force,
    quantity, limit_price, cap_price, expires_at, rested_at, orders.currency, orders.status, filled_quantity,
    filled_value, maker_value, amount, fee, fee_rate, maker_fee_rate, minimum_fee, hold_amount,
    cancel_requested_at, orders.splits
"""

# With the ticker, in one trip. Measured, CPU of service and server: by the ORM 3 times, for 1 order or 20.
_LOCK = Statement(
    f"""
SELECT {_COLUMNS} FROM orders_order AS orders
JOIN reference_listedinstrument AS instrument ON instrument.id = instrument_id
WHERE orders.id = ANY(%s::uuid[]) ORDER BY orders.id FOR NO KEY UPDATE OF orders
"""
)

# Rows that somebody else has in hand are left out, never waited for: a sweep may run beside another and
# beside the events, and cannot be part of a deadlock. By the ORM 5 times as long for one order, 8 times for
# 200 (by turns, 21 runs).
_LOCK_DUE = Statement(
    f"""
SELECT {_COLUMNS}, recalls, request_id FROM orders_orderdeadline AS deadline
JOIN orders_order AS orders ON orders.id = order_id
JOIN reference_listedinstrument AS instrument ON instrument.id = instrument_id
WHERE rests = %s AND due_at <= statement_timestamp() ORDER BY due_at LIMIT %s
FOR NO KEY UPDATE OF deadline, orders SKIP LOCKED
"""
)

_END = Delete(OrderDeadline, key="order_id")


@dataclass(slots=True)
class LockedOrder:
    """An order whose row this transaction has locked: the columns of the model that matter on the way.

    What use-cases change here is written by :meth:`Batch.write`.
    """

    id: UUID
    version: int
    user_id: UUID
    instrument_id: UUID
    ticker: str
    side: str
    type: str
    time_in_force: str
    quantity: int
    limit_price: Decimal | None
    cap_price: Decimal
    expires_at: datetime | None
    rested_at: datetime | None
    currency: str
    status: str
    filled_quantity: int
    filled_value: Decimal
    maker_value: Decimal
    amount: int
    fee: int
    fee_rate: Decimal | None
    maker_fee_rate: Decimal | None
    minimum_fee: int
    hold_amount: int
    cancel_requested_at: datetime | None
    splits: int
    reject_code: str = ""
    reject_limit: str = ""
    reject_value: str = ""

    @property
    def remaining_quantity(self) -> int:
        """What is not filled."""
        return self.quantity - self.filled_quantity


def orders_lock(order_ids: Iterable[UUID]) -> dict[UUID, LockedOrder]:
    """Lock orders until the transaction ends, and read them as they are then.

    Raises:
        Order.DoesNotExist: nobody placed one of them here.
    """
    wanted = set(order_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [array(wanted)])
        orders = {row[0]: LockedOrder(*row) for row in cursor.fetchall()}
    if unknown := wanted - orders.keys():
        raise Order.DoesNotExist(f"no orders {sorted(map(str, unknown))}")
    return orders


class DueOrder(NamedTuple):
    """An order whose deadline has passed.

    Attributes:
        recalls: how often the venue was asked to cancel it.
        placed_by: the request that placed it; its trace only while the outbox has the order's first event.
    """

    order: LockedOrder
    recalls: int
    placed_by: Origin


def orders_lock_due(*, limit: int, resting: bool) -> list[DueOrder]:
    """Lock orders whose deadline has passed, the longest overdue first: those that rest, or all others."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_DUE, [resting, limit])
        rows = [(LockedOrder(*row[:-2]), *row[-2:]) for row in cursor.fetchall()]
    if not rows:
        return []
    known = origins(f"order/{order.id}" for order, *_ in rows)
    return [
        DueOrder(order, recalls, known.get(f"order/{order.id}") or Origin(request_id))
        for order, recalls, request_id in rows
    ]


class _Transition(NamedTuple):
    """A row of :class:`OrderTransition`; time and cause come from the batch."""

    order_id: UUID
    sequence: int
    from_status: str
    to_status: str
    event_id: UUID | None
    request_id: str


_RECORD = Insert(OrderTransition, _Transition, shared=("at", "cause"))


@dataclass(slots=True)
class Batch:
    """Changes of locked orders, collected and then written at once.

    Attributes:
        cause: for the history: the type of the events, or ``deadline``.
        now: when, the same for all.
    """

    cause: str
    now: datetime = field(default_factory=timezone.now)
    _changed: dict[UUID, LockedOrder] = field(default_factory=dict)
    _history: list[_Transition] = field(default_factory=list)
    _movements: list[Movement] = field(default_factory=list)
    _outgoing: list[Outgoing] = field(default_factory=list)

    def change(self, order: LockedOrder) -> None:
        """Give an order its next version: something of it changes, or an event is published."""
        order.version += 1
        self._changed[order.id] = order

    def move(self, order: LockedOrder, to: Status, by: HasOrigin) -> None:
        """Move an order to its next state, with a row of history.

        Args:
            by: the event that causes it; of a deadline, what the order comes of.
        """
        self.change(order)
        event_id = by.id if isinstance(by, Received) else None
        row = _Transition(order.id, order.version, order.status, to, event_id, by.request_id)
        self._history.append(row)
        order.status = to

    def book(self, movement: Movement) -> None:
        """Change a position."""
        self._movements.append(movement)

    def release(self, order: LockedOrder) -> None:
        """Release the units that a sell still holds; nothing for a buy, whose cash billing holds."""
        if order.side == Side.SELL:
            self.book(Movement(order.user_id, order.instrument_id, Move.RELEASE, order.remaining_quantity))

    def publish(self, order: LockedOrder, event: Event, by: HasOrigin) -> None:
        """Publish what happened to an order, as its present version."""
        self._outgoing.append(Outgoing(event, order.version, by))

    def write(self, *changed: str) -> None:
        """Write everything.

        Args:
            changed: which of the orders' columns changed, besides version and status.
        """
        orders = list(self._changed.values())
        if not orders:
            return
        _update(changed).defer(orders, updated_at=self.now)
        _RECORD.defer(self._history, at=self.now, cause=self.cause)
        _END.defer(each.id for each in orders if each.status in FINAL)
        positions_move(self._movements)
        publish_many(self._outgoing)
        orders_changed(orders)


def claimed(
    messages: Sequence[Received[Any]], orders: dict[UUID, LockedOrder], step: Step
) -> Iterator[tuple[LockedOrder, Received[Any]]]:
    """The orders that are in a state which the step leaves, each with its event.

    An order in another state is passed over: the event came late, or says again what is known.
    """
    for message in messages:
        order = orders[message.event.order_id]
        if order.status in step.leaves:
            yield order, message


@functools.cache
def _update(changed: tuple[str, ...]) -> Update[LockedOrder]:
    """What writes version, status and some other columns of many orders."""
    return Update(
        Order, LockedOrder, key="id", columns=("version", "status", *changed), shared=("updated_at",)
    )
