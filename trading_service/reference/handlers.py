"""Events of market_service that change the copies."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from servicekit.contracts import market, parse_id
from servicekit.messaging import Received
from trading_service.reference import services


def on_instrument_changed(message: Received[market.InstrumentChanged]) -> None:
    services.instrument_copy(snapshot=message.event, version=message.sequence)


def on_quotes_updated(quotes: market.QuotesUpdated) -> None:
    services.quotes_copy(
        quotes=[
            services.HeardQuote(parse_id(instrument), Decimal(price), datetime.fromisoformat(price_at))
            for instrument, price, price_at in quotes.quotes
        ]
    )
