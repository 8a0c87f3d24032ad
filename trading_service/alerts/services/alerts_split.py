"""Splits the prices of alerts as an instrument's price is split, so that a split fires none."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from servicekit.database import Statement
from trading_service.alerts.services.alerts_fire import alerts_fire

# Within what a price can be, which no quote comes near: an alert never keeps a split from being applied.
_SPLIT = Statement(
    """
UPDATE alerts_pricealert 
SET price = least(greatest(round(price * %s::integer / %s::integer, 8), 0.00000001), 999999999999)
WHERE instrument_id = %s::uuid AND fired_at IS NULL
"""
)


def alerts_split(*, instrument_id: UUID, old_units: int, new_units: int) -> None:
    """Divide the prices that are waited for by a split's ratio. To be called in its transaction, once the
    quote is split: rounding may bring the two together, which fires.

    Emits:
        AlertFired
    """
    with connection.cursor() as cursor:
        cursor.execute(_SPLIT, [old_units, new_units, instrument_id])
    alerts_fire(instrument_ids=[instrument_id])
