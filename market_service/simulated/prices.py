"""Daily prices by a random walk: the same seed, the same prices."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from market_service.simulated.model import Simulated

SEED = 2025
FIRST, LAST = date(2023, 1, 9), date(2025, 12, 30)
#: Deviation of the whole market's return in a day, and its mean.
MARKET, DRIFT = 0.008, 0.0002
HEADER = ("Ticker", "Date", "Open", "High", "Low", "Close", "Volume")


def price_rows(instruments: Sequence[Simulated]) -> Iterator[tuple[str, ...]]:
    """Rows of a price file, by ticker and day; prices are multiples of the price step."""
    days = list(_days())
    market = random.Random(f"{SEED}:market")
    moves = [market.gauss(DRIFT, MARKET) for _day in days]
    for instrument in sorted(instruments, key=lambda one: one.ticker):
        yield from _walk(instrument, days, moves)


def _walk(instrument: Simulated, days: Sequence[date], moves: Sequence[float]) -> Iterator[tuple[str, ...]]:
    drawn = random.Random(f"{SEED}:{instrument.ticker}")
    own = instrument.deviation
    close = float(instrument.start)
    for day, move in zip(days, moves, strict=True):
        opened = close * math.exp(drawn.gauss(0, own / 4))
        close = opened * math.exp(instrument.market * move + drawn.gauss(0, own))
        high = max(opened, close) * math.exp(abs(drawn.gauss(0, own / 3)))
        low = min(opened, close) * math.exp(-abs(drawn.gauss(0, own / 3)))
        lots = int(math.exp(drawn.gauss(8, 0.6)))
        four = [_stepped(price, instrument.step) for price in (opened, high, low, close)]
        close = float(four[3])
        yield (instrument.ticker, day.isoformat(), *map(str, four), str(lots * instrument.lot_size))


def _stepped(price: float, step: Decimal) -> Decimal:
    steps = (Decimal(price) / step).quantize(Decimal(1), ROUND_HALF_UP)
    return max(steps, Decimal(1)) * step


def _days() -> Iterator[date]:
    """Mondays to Fridays, without the first week of a year."""
    day = FIRST
    while day <= LAST:
        if day.weekday() < 5 and (day.month, day.day) > (1, 8):
            yield day
        day += timedelta(days=1)
