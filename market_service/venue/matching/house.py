"""The house: the exchange's own orders in one instrument, around the quote."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from decimal import Decimal

from market_service.venue.matching.orders import BUY, millionths

#: The half spread where nobody has set one, as one in so many parts of the quote: 0.05 %, in whole steps.
_PARTS = 2000
#: A price step of more than one in so many parts of the quote (0.5 %) is too coarse for that: none then, so
#: that a market order, which may execute within 1 % of the quote, always reaches the house.
_COARSE_PARTS = 200


@dataclass(slots=True)
class House:
    """The exchange's own orders in one instrument.

    Attributes:
        ask, bid: at which it sells and buys.
        available: units that it can still sell.
        issued: what was issued in all; it buys back no more than it has sold.
        lot: it sells as long as a whole lot is available, and no more than whole lots.
        present: whether it trades at all: switched on, with a fresh quote.
        stale_s, fresh_s: the quote's age and how old it may be, in seconds, when that is why it does not.
    """

    ask: int
    bid: int
    available: int
    issued: int
    lot: int = 1
    present: bool = True
    stale_s: int = 0
    fresh_s: int = 0

    @classmethod
    def at(
        cls,
        quote: Decimal,
        *,
        age_s: float,
        fresh_s: float,
        half_spread: Decimal | None,
        step: Decimal,
        switched_on: bool,
        available: int,
        issued: int,
        lot: int,
    ) -> House:
        """The house beside a quote, which is so old, and may be so old."""
        ask, bid = house_prices(quote=quote, half_spread=half_spread, step=step)
        stale = switched_on and age_s > fresh_s
        return cls(
            ask=ask,
            bid=bid,
            available=available,
            issued=issued,
            lot=lot,
            present=switched_on and not stale,
            stale_s=math.ceil(age_s) if stale else 0,
            fresh_s=int(fresh_s),
        )

    def offer(self, side: int) -> int:
        """Units that it would sell to a buy, or buy from a sell."""
        if not self.present:
            return 0
        return self.available - self.available % self.lot if side == BUY else self.issued - self.available

    def price(self, side: int) -> int:
        """Its price for an order of this side."""
        return self.ask if side == BUY else self.bid

    def take(self, side: int, quantity: int) -> None:
        """Sell to a buy, or buy from a sell."""
        self.available += -quantity if side == BUY else quantity


@functools.lru_cache(maxsize=4096)  # quotes stay for many batches
def house_prices(*, quote: Decimal, half_spread: Decimal | None, step: Decimal) -> tuple[int, int]:
    """The house's ask and bid: half a spread above and below the quote, rounded away from it to the step.

    The bid is at least one step. ``half_spread``: None for the one that goes by the price.
    """
    middle, tick = millionths(quote), millionths(step)
    half = _half_by_price(middle, tick) if half_spread is None else millionths(half_spread)
    return -(-(middle + half) // tick) * tick, max(tick, (middle - half) // tick * tick)


def half_spread_of(*, quote: Decimal, half_spread: Decimal | None, step: Decimal) -> Decimal:
    """What the half spread is at a quote, in the instrument's currency."""
    if half_spread is not None:
        return half_spread
    return Decimal(_half_by_price(millionths(quote), millionths(step))) / 10**6


def _half_by_price(middle: int, tick: int) -> int:
    """0.05 % of the quote, rounded up to the step; 0 where that is more than 0.5 % of it."""
    half = -(-middle // (_PARTS * tick)) * tick
    return half if half * _COARSE_PARTS <= middle else 0
