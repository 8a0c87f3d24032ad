"""Handlers of events that move a customer's cash without an order."""

from __future__ import annotations

from collections.abc import Sequence

from billing_service.cash.services import dividends_pay, fractions_pay
from servicekit.contracts import trading
from servicekit.messaging.consume import Received, in_batches


@in_batches
def on_dividends_allocated(messages: Sequence[Received[trading.DividendAllocated]]) -> None:
    """Holders are paid."""
    dividends_pay(messages=messages)


@in_batches
def on_splits_allocated(messages: Sequence[Received[trading.SplitAllocated]]) -> None:
    """Holders are paid for the fractions that a split left over."""
    fractions_pay(messages=messages)
