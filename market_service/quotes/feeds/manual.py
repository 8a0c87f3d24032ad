"""Prices that stay until an operator sets them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from market_service.clock.selectors import Moment
from market_service.quotes.feeds.price_feed import CurrentQuote


class Manual:
    moves = False

    def prices(self, quotes: Sequence[CurrentQuote], moment: Moment) -> list[Decimal]:
        return [quote.price for quote in quotes]
