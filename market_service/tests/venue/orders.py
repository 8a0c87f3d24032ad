"""Orders as trading submits them, for the tests: pass what matters, the rest is filled in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from market_service.instruments.models import Instrument
from servicekit.contracts import trading
from servicekit.ids import new_id


def submitted(instrument: Instrument, **changes: Any) -> trading.OrderSubmitted:
    values: dict[str, Any] = {
        "order_id": new_id(),
        "user_id": new_id(),
        "instrument_id": instrument.id,
        "ticker": instrument.ticker,
        "side": "buy",
        "type": "market",
        "quantity": 10,
        "cap_price": Decimal("434.78"),
        "time_in_force": "ioc",
        "submitted_at": timezone.now(),
    }
    return trading.OrderSubmitted(**values | changes)


def available(instrument: Instrument) -> int:
    """Units on offer."""
    return Instrument.objects.values_list("available_quantity", flat=True).get(pk=instrument.pk)


def cancel_requested(order_id: Any) -> trading.OrderCancelRequested:
    return trading.OrderCancelRequested(order_id=order_id, user_id=new_id(), requested_at=timezone.now())
