"""What market says of prices: the copies follow it, and alerts fire."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import market
from servicekit.messaging.consume import Received, in_batches
from trading_service.alerts import services


@in_batches
def on_instruments_changed(messages: Sequence[Received[market.InstrumentChanged]]) -> None:
    services.instruments_follow(snapshots=[(message.event, message.sequence) for message in messages])


def on_quotes_updated(message: market.QuotesUpdated) -> None:
    services.quotes_follow(message=message)
