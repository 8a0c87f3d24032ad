"""Splits the prices of alerts as an instrument's price is split, so that a split fires none."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest, Least, Round

from trading_service.alerts.models import PriceAlert
from trading_service.alerts.services.alerts_fire import alerts_fire
from trading_service.reference.models import PRICE_BOUND

#: What a price can be, which no quote comes near: an alert never keeps a split from being applied.
LEAST, MOST = Decimal("0.00000001"), PRICE_BOUND - 1


def alerts_split(*, instrument_id: UUID, old_units: int, new_units: int) -> None:
    """Divide the prices that are waited for by a split's ratio. To be called in its transaction, once the
    quote is split: rounding may bring the two together, which fires.

    Emits:
        AlertFired
    """
    split = Round(F("price") * old_units / new_units, 8)
    waiting = PriceAlert.objects.filter(instrument_id=instrument_id, fired_at=None)
    waiting.update(price=Least(Greatest(split, LEAST), MOST))
    alerts_fire(instrument_ids=[instrument_id])
