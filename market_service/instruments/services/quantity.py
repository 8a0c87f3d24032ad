"""The quantity on offer: taken by buyers, returned by sellers, many instruments at a time.

Locks of market_service are taken in this order, each kind sorted by id, so that nobody waits in a circle:
instruments → quotes → venue orders → outbox. Who moves quantities holds ``FOR NO KEY UPDATE`` on the
instruments' rows from reading to writing. Pages read without a lock and never wait; the quote feed
touches quotes only; an operator's edit waits for the batch in hand, and the next batch for the edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from market_service.instruments.models import Instrument
from servicekit.arrays import array
from servicekit.database import Statement, execute_deferred
from servicekit.database.bulk import Lock

# The limits of what is on offer are the table's own (instrument_available_range).
_MOVE = Statement(
    """
UPDATE instruments_instrument AS instrument SET available_quantity = available_quantity + moved.units
FROM unnest(%s::uuid[], %s::bigint[]) AS moved (id, units) WHERE instrument.id = moved.id
"""
)


@dataclass(frozen=True, slots=True)
class LockedInstrument:
    """What an order needs to know of an instrument; quantities in units, the step in its currency."""

    id: UUID
    ticker: str
    status: str
    price_step: Decimal
    issued_quantity: int
    available_quantity: int


_LOCK = Lock(Instrument, LockedInstrument, key="id")


def instruments_lock(*, instrument_ids: Iterable[UUID]) -> dict[UUID, LockedInstrument]:
    """Lock instruments until the end of the transaction, and read them as they are then.

    Returns:
        By id; what is not listed is not there.
    """
    return {instrument.id: instrument for instrument in _LOCK(set(instrument_ids))}


def quantities_move(*, changes: Mapping[UUID, int]) -> None:
    """Put units on offer (positive) and take them off it (negative), in one statement.

    Args:
        changes: units by instrument, each locked by :func:`instruments_lock` before.

    Raises:
        IntegrityError: less than nothing, or more than was issued, would be on offer; nothing changed.
    """
    moved = {id_: units for id_, units in changes.items() if units}
    if not moved:
        return
    execute_deferred(_MOVE, [array(moved), array(moved.values())])
