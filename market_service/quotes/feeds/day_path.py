"""A path through a day of which only open, high, low and close are known."""

from __future__ import annotations

import math
import random
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

#: Terms of a segment's bridge: the finest wave is a 24th of a segment.
TERMS = 24
#: The bridge's size, as a part of what the day's prices range over.
ROUGHNESS = 0.35


class Bar(NamedTuple):
    """A day's prices."""

    open: float
    high: float
    low: float
    close: float


class _Segment(NamedTuple):
    """From one known price to the next, by the share of the day that is over, with its waves."""

    begin: float
    end: float
    first: float
    last: float
    waves: tuple[float, ...]


class DayPath:
    """A day's prices from a seed: it begins at the open, touches high and low, ends at the close.

    Between two known prices it is a Brownian bridge (as its Karhunen-Loève sum, so that the price of any
    moment is known without those before it), kept between low and high. The same seed and bar give the same
    path, however often and when it is asked.
    """

    def __init__(self, bar: Bar, seed: str) -> None:
        random_ = random.Random(seed)
        early, late = sorted(random_.uniform(0.05, 0.95) for _ in range(2))
        rises = random_.random() < (0.8 if bar.close > bar.open else 0.2)  # then the low comes first
        between = (bar.low, bar.high) if rises else (bar.high, bar.low)
        known = [(0.0, bar.open), (early, between[0]), (late, between[1]), (1.0, bar.close)]
        size = (bar.high - bar.low) * ROUGHNESS
        self._bar = bar
        self._segments = [
            _Segment(
                begin,
                end,
                first,
                last,
                tuple(
                    random_.gauss(0, 1) * math.sqrt(2 * max(end - begin, 0.0)) * size / (k * math.pi)
                    for k in range(1, TERMS + 1)
                ),
            )
            for (begin, first), (end, last) in pairwise(known)
        ]

    def price(self, share: float) -> float:
        """The price when so much of the day is over, 0 to 1."""
        for segment in self._segments:
            if share <= segment.end:
                break
        length = segment.end - segment.begin
        x = (share - segment.begin) / length if length else 1.0
        bridge = sum(wave * math.sin(k * math.pi * x) for k, wave in enumerate(segment.waves, start=1))
        straight = segment.first + (segment.last - segment.first) * x
        return min(max(straight + bridge, self._bar.low), self._bar.high)


@lru_cache(maxsize=8192)
def day_path(bar: Bar, seed: str) -> DayPath:
    """The path; kept while it is asked for."""
    return DayPath(bar, seed)
