"""Events of market_service about dividends."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts.market import DividendRecorded
from servicekit.messaging.consume import Received, in_batches
from trading_service.dividends import services


@in_batches
def on_dividends_recorded(messages: Sequence[Received[DividendRecorded]]) -> None:
    """Whoever held units then is to be paid."""
    services.dividends_take(messages=messages)
