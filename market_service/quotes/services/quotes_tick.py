"""The quote feed. A simulation: after the last real close, prices move by a random walk, or stand still.

A tick multiplies a price by 1 + QUOTE_SIGMA × (a standard normal number), pulls it back towards the
previous close by QUOTE_PULL of the distance, and rounds to the price step. The number is drawn from
(QUOTE_SEED, ticker, tick), so that a run can be repeated and a restart does not replay it.
"""

from __future__ import annotations

import random
from datetime import UTC
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction

from market_service.quotes.models import Quote, stepped
from servicekit.arrays import array
from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging import publish_quotes
from servicekit.money import price_text


def quotes_tick() -> int:
    """Give every open instrument its next quote, in one statement, and tell it after the commit.

    With ``QUOTE_FEED = "still"`` the price stays and only its time moves on. Halted instruments keep
    price and time. Two ticks at once do not add up: a quote that has ticked meanwhile is left alone.

    Returns:
        How many quotes were renewed. Emits one ``QuotesUpdated`` unless there are none.
    """
    quotes = list(
        Quote.objects.filter(instrument__status="open").values_list(
            "instrument_id", "instrument__ticker", "instrument__price_step", "price", "previous_close", "tick"
        )
    )
    if not quotes:
        return 0
    steps = {row[0]: row[2] for row in quotes}
    prices = [_next(*row[1:]) for row in quotes]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE quotes_quote AS quote
            SET price = next.price, price_at = statement_timestamp(), tick = quote.tick + 1
            FROM unnest(%s::uuid[], %s::bigint[], %s::numeric[]) AS next (instrument_id, tick, price)
            WHERE quote.instrument_id = next.instrument_id AND quote.tick = next.tick
            RETURNING quote.instrument_id, quote.price, quote.price_at
            """,
            [array(row[0] for row in quotes), array(row[5] for row in quotes), array(prices)],
        )
        renewed = cursor.fetchall()
        event = QuotesUpdated(
            quotes=[
                [
                    str(id_),
                    price_text(price, steps[id_]),
                    at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                ]
                for id_, price, at in renewed
            ]
        )
        if renewed:
            transaction.on_commit(lambda: publish_quotes(event))
    return len(renewed)


def _next(ticker: str, step: Decimal, price: Decimal, previous_close: Decimal, tick: int) -> Decimal:
    """The price after ``price``."""
    if settings.QUOTE_FEED == "still":
        return price
    noise = random.Random(f"{settings.QUOTE_SEED}:{ticker}:{tick}").gauss(0, settings.QUOTE_SIGMA)
    moved = price * Decimal(1 + noise) + (previous_close - price) * Decimal(settings.QUOTE_PULL)
    return stepped(moved, step)
