"""Events of trading_service about corporate actions."""

from __future__ import annotations

from collections.abc import Sequence

from market_service.corporate_actions import services
from servicekit.contracts.trading import DividendCompleted, SplitCompleted
from servicekit.messaging.consume import Received, in_batches


@in_batches
def on_dividends_completed(messages: Sequence[Received[DividendCompleted]]) -> None:
    """Everybody's share is known and on its way."""
    services.dividends_complete(messages=messages)


@in_batches
def on_splits_completed(messages: Sequence[Received[SplitCompleted]]) -> None:
    """All positions are split."""
    services.splits_complete(messages=messages)
