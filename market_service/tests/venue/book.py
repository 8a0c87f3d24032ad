"""Limit orders as trading will submit them, and the book as the tests look at it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from market_service.instruments.models import Instrument
from market_service.venue.models import RestingOrder, Trade, VenueOrder
from servicekit.contracts import trading
from servicekit.ids import new_id


def order(instrument: Instrument, side: str, quantity: int, price: str, **changes: Any) -> Any:
    """A limit order, good till canceled unless told otherwise; ``type="market"``: bound by ``price``."""
    force = changes.get("time_in_force", "gtc")
    limit = changes.get("type", "limit") == "limit"
    rests = limit and force in ("day", "gtc")
    values: dict[str, Any] = {
        "order_id": new_id(),
        "user_id": new_id(),
        "instrument_id": instrument.id,
        "ticker": instrument.ticker,
        "side": side,
        "type": "limit",
        "quantity": quantity,
        "cap_price": Decimal(price),
        "limit_price": Decimal(price) if limit else None,
        "time_in_force": force,
        "expires_at": timezone.now() + timedelta(days=90) if rests else None,
        "submitted_at": timezone.now(),
    }
    return trading.OrderSubmittedV2(**values | changes)


def resting(instrument: Instrument, side: str) -> list[tuple[str, int]]:
    """Price and what is left of each order of one side, the best first."""
    rows = RestingOrder.objects.filter(instrument=instrument, side=0 if side == "buy" else 1)
    return [
        (f"{Decimal(abs(row.rank)) / 10**6:.2f}", row.remaining)
        for row in rows.order_by("rank", "arrival_seq")
    ]


def trades(instrument: Instrument) -> list[tuple[int, str]]:
    """Units and price of every trade, in their order."""
    rows = Trade.objects.filter(instrument=instrument).order_by("trade_seq")
    return [(row.quantity, f"{row.price:.2f}") for row in rows]


def ended(submitted: Any) -> tuple[str, int, str]:
    """How an order ended, how many units of it were executed, and why."""
    row = VenueOrder.objects.get(order_id=submitted.order_id)
    return row.state, row.executed, row.reason


def alone(instrument: Instrument) -> Instrument:
    """Without the house: customers trade with each other only."""
    Instrument.objects.filter(pk=instrument.pk).update(house=False)
    return instrument
