"""What trading_service says of price alerts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from servicekit.contracts.base import Event, event


@event("trading.alert.fired.v1", subject="alert/{alert_id}")
class AlertFired(Event):
    """The price that a customer waited for was reached: ``quote`` is at ``price`` or beyond it.

    ``direction``: ``above`` or ``below``. Prices in major units of ``currency``. ``fired_at``: of the quote.
    """

    alert_id: UUID
    user_id: UUID
    instrument_id: UUID
    ticker: str
    direction: str
    price: Decimal
    quote: Decimal
    currency: str
    fired_at: datetime
