"""Where the next prices come from, one of three behind one interface.

- ``replay``: each instrument's real history of the market's day, along a path through open, high, low and
  close; what has no history of that day walks as in ``simulated``.
- ``simulated``: a seeded random walk.
- ``manual``: prices stay where operators set them.
"""

from __future__ import annotations

from collections.abc import Callable

from market_service.clock.models import Feed
from market_service.clock.selectors import Moment
from market_service.quotes.feeds.manual import Manual
from market_service.quotes.feeds.price_feed import CurrentQuote, PriceFeed
from market_service.quotes.feeds.replay import Replay
from market_service.quotes.feeds.simulated import Simulated

__all__ = ["CurrentQuote", "PriceFeed", "feed_at"]

FEEDS: dict[Feed, Callable[[], PriceFeed]] = {
    Feed.REPLAY: Replay,
    Feed.SIMULATED: Simulated,
    Feed.MANUAL: Manual,
}


def feed_at(moment: Moment) -> PriceFeed:
    """The feed that moves the prices at a moment.

    While the market is paused nothing does, but to the opening or the close of a day gone to or ended.
    """
    if moment.paused and 0 < moment.share < 1:
        return Manual()
    return FEEDS[Feed(moment.feed)]()
