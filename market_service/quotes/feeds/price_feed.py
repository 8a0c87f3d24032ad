"""What every feed is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from market_service.clock.selectors import Moment


class CurrentQuote(NamedTuple):
    """An open instrument, and its quote before its next one; ``tick``: how often the feed has moved it."""

    instrument_id: UUID
    ticker: str
    type: str
    price_step: Decimal
    price: Decimal
    previous_close: Decimal
    tick: int


class PriceFeed(Protocol):
    """What says the next prices.

    Attributes:
        moves: whether prices move at all.
    """

    moves: bool

    def prices(self, quotes: Sequence[CurrentQuote], moment: Moment) -> list[Decimal]:
        """The next price of each, in its currency, a multiple of its price step and above zero."""
