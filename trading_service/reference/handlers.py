"""Events of market_service that change the copies."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.contracts import market
from servicekit.messaging.consume import Received, in_batches
from trading_service.reference import services


@in_batches
def on_instruments_changed(messages: Sequence[Received[market.InstrumentChanged]]) -> None:
    services.instruments_copy(snapshots=[(message.event, message.sequence) for message in messages])


def on_quotes_updated(message: market.QuotesUpdated) -> None:
    services.quotes_receive(message=message)
