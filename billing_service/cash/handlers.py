"""Handlers of events that move a customer's cash without an order."""

from __future__ import annotations

from collections.abc import Sequence

from billing_service.cash.services import dividends_pay
from servicekit.contracts import trading
from servicekit.messaging.consume import Received, in_batches


@in_batches
def on_dividends_allocated(messages: Sequence[Received[trading.DividendAllocated]]) -> None:
    """Holders are paid."""
    dividends_pay(messages=messages)
