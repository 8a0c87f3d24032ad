"""Records prices where they are written, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from servicekit.arrays import columns
from servicekit.database import Statement, execute_deferred

# The ORM, which cannot say greatest in an upsert, reads with a lock and writes: 12 times as long for one
# instrument, 49 times for 20 (by turns, 21 runs).
_RECORD = Statement(
    """
INSERT INTO candles_recentminute AS kept (instrument_id, time, open, high, low, close, volume)
SELECT instrument_id, date_trunc('minute', %s::timestamptz), open, high, low, close, volume
FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::bigint[])
    AS new (instrument_id, open, high, low, close, volume)
ON CONFLICT (instrument_id, time) DO UPDATE SET
    high = greatest(kept.high, EXCLUDED.high), low = least(kept.low, EXCLUDED.low),
    close = EXCLUDED.close, volume = kept.volume + EXCLUDED.volume
"""
)


class Change(NamedTuple):
    """A price that an instrument has now, in its currency; ``quantity`` units traded at it, 0 for a quote."""

    instrument_id: UUID
    price: Decimal
    quantity: int = 0


def candles_record(changes: Iterable[Change], *, at: datetime) -> None:
    """Add prices to the running minutes of their instruments: one statement, run with the next or COMMIT.

    To be called in the transaction that writes the prices, under the instruments' or their quotes' locks.

    Args:
        changes: of one instrument in the order in which they happened.
        at: the market's time.
    """
    bars: dict[UUID, list] = {}
    for id_, price, quantity in changes:
        if (bar := bars.get(id_)) is None:
            bars[id_] = [id_, price, price, price, price, quantity]
        else:
            bar[2], bar[3], bar[4] = max(bar[2], price), min(bar[3], price), price
            bar[5] += quantity
    if bars:
        rows = sorted(bars.values(), key=itemgetter(0))
        execute_deferred(_RECORD, [at, *columns(map(tuple, rows))])
