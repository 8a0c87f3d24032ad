"""A random walk.

A step multiplies a price by 1 + a normal number, pulls it back towards the previous close by QUOTE_PULL of
the distance, and rounds to the price step. The number is drawn from (QUOTE_SEED, ticker, tick), so that a run
can be repeated and a restart does not replay it; its standard deviation is such that the steps of a day come
to QUOTE_DAY_SIGMA of the instrument's type. Where the market's time goes faster than the real one, a step is
that of the longer time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings

from market_service.clock.models import SESSION_S
from market_service.clock.selectors import Moment
from market_service.quotes.feeds.price_feed import CurrentQuote
from market_service.quotes.models import stepped


class Simulated:
    moves = True

    def prices(self, quotes: Sequence[CurrentQuote], moment: Moment) -> list[Decimal]:
        return [quote.price if moment.paused else walked(quote, moment.scale) for quote in quotes]


def walked(quote: CurrentQuote, scale: float = 1.0) -> Decimal:
    """The price after a quote's, when ``scale`` ticks go by at once."""
    sigma = settings.QUOTE_DAY_SIGMA[quote.type] * math.sqrt(scale * settings.QUOTE_PERIOD / SESSION_S)
    pull = min(settings.QUOTE_PULL * scale, 1.0)
    noise = random.Random(f"{settings.QUOTE_SEED}:{quote.ticker}:{quote.tick}").gauss(0, sigma)
    moved = quote.price * Decimal(1 + noise) + (quote.previous_close - quote.price) * Decimal(pull)
    return stepped(moved, quote.price_step)
