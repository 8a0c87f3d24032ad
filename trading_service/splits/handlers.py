"""Events of market_service about splits."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts.market import SplitRecorded
from servicekit.messaging.consume import Received, in_batches
from trading_service.splits import services


@in_batches
def on_splits_recorded(messages: Sequence[Received[SplitRecorded]]) -> None:
    """The venue is halted, and the positions are to be split."""
    services.splits_take(messages=messages)
