"""A split: what is recorded of its day becomes prices of new units; earlier days stay as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.db.models import Expression, F
from django.db.models.functions import Greatest, Round

from market_service.candles.models import Candle, RecentMinute


def in_new_units(price: str, *, old_units: int, new_units: int, digits: int = 6) -> Expression:
    """The field's price as of new units: rounded, and never less than its smallest."""
    return Greatest(Round(F(price) * old_units / new_units, digits), Decimal(1).scaleb(-digits))


def candles_split(*, instrument_id: UUID, old_units: int, new_units: int, since: date) -> None:
    """Write the candles from a day (UTC) on as of new units; volumes stay. In the split's transaction."""
    prices = {
        price: in_new_units(price, old_units=old_units, new_units=new_units)
        for price in ("open", "high", "low", "close")
    }
    begins = datetime.combine(since, time.min, UTC)
    for table in (Candle, RecentMinute):
        table.objects.filter(instrument_id=instrument_id, time__gte=begins).update(**prices)
