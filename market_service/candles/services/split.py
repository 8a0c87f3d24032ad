"""A split: what is recorded of its day becomes prices of new units; earlier days stay as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connection

_SPLIT = """
UPDATE {table} SET
    open = greatest(round(open * %(old)s / %(new)s, 6), 0.000001),
    high = greatest(round(high * %(old)s / %(new)s, 6), 0.000001),
    low = greatest(round(low * %(old)s / %(new)s, 6), 0.000001),
    close = greatest(round(close * %(old)s / %(new)s, 6), 0.000001)
WHERE instrument_id = %(instrument)s AND time >= %(since)s
"""


def candles_split(*, instrument_id: UUID, old_units: int, new_units: int, since: date) -> None:
    """Write the candles from a day (UTC) on as of new units; volumes stay. In the split's transaction."""
    values: dict[str, Any] = {
        "instrument": instrument_id, "old": old_units, "new": new_units,
        "since": datetime.combine(since, time.min, UTC),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for table in ("candles_candle", "candles_recentminute"):
            cursor.execute(_SPLIT.format(table=table), values)
