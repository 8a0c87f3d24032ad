"""Events of market_service that positions hear."""

from __future__ import annotations

from servicekit.contracts import market
from servicekit.messaging.consume import Received
from trading_service.positions import services
from trading_service.reference.services import market_day_receive


def on_market_day_closed(message: Received[market.MarketDayClosed]) -> None:
    if market_day_receive(message=message.event):
        services.positions_open_day()
