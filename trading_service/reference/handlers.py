"""Events of market_service that change the copies."""

from __future__ import annotations

from servicekit.contracts import market
from servicekit.messaging import Received
from trading_service.reference import services


def on_instrument_changed(message: Received[market.InstrumentChanged]) -> None:
    services.instrument_copy(snapshot=message.event, version=message.sequence)


def on_quotes_updated(message: market.QuotesUpdated) -> None:
    services.quotes_hear(message=message)
