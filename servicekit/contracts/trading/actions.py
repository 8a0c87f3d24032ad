"""What trading_service says of corporate actions: who is paid a dividend, what a split made of positions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from servicekit.contracts.base import Event, event


@event("trading.dividend.allocated.v1", subject="dividend/{allocation_id}")
class DividendAllocated(Event):
    """A holder is to be paid a dividend: ``amount`` is what ``quantity`` units earn, rounded down.

    ``per_unit``: of each, in major units. ``action_id``: market's id of the dividend.
    """

    allocation_id: UUID
    action_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    quantity: int
    per_unit: Decimal
    amount: int
    currency: str
    allocated_at: datetime


@event("trading.dividend.completed.v1", subject="corporate-action/{action_id}")
class DividendCompleted(Event):
    """All holders of a dividend are known: how many, their units, and what all of them are paid."""

    action_id: UUID
    instrument_id: UUID
    holders: int
    units: int
    amount: int
    currency: str
    completed_at: datetime


@event("trading.split.allocated.v1", subject="split/{allocation_id}")
class SplitAllocated(Event):
    """A holder's ``old_quantity`` units became ``quantity`` by a split; ``amount`` is what the house pays for
    the fraction of a unit that is left over, rounded down, and may be 0.

    ``price``: of a new unit, in major units. ``action_id``: market's id of the split.
    """

    allocation_id: UUID
    action_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    old_units: int
    new_units: int
    old_quantity: int
    quantity: int
    price: Decimal
    amount: int
    currency: str
    allocated_at: datetime


@event("trading.split.completed.v1", subject="corporate-action/{action_id}")
class SplitCompleted(Event):
    """All positions of an instrument are split: how many, their units before and after, and what is paid."""

    action_id: UUID
    instrument_id: UUID
    holders: int
    old_units: int
    units: int
    amount: int
    currency: str
    completed_at: datetime
