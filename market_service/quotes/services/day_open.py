"""A day opens: what the prices' changes are counted from, told to the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection

from market_service.clock.selectors import Moment
from market_service.quotes.models import stepped
from servicekit.contracts.market import MarketDayClosed
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.money import price_text
from servicekit.portions import portions_of

#: The most closes of one event.
MAX_CLOSES = 1_000

_RESET = """
UPDATE quotes_quote AS quote
SET previous_close = coalesce(last.close, quote.price), closed_day = last.date,
    day_open = NULL, day_high = NULL, day_low = NULL
FROM quotes_quote AS own LEFT JOIN LATERAL (
    SELECT date, close FROM quotes_dailyprice
    WHERE instrument_id = own.instrument_id AND date < %s AND NOT simulated ORDER BY date DESC LIMIT 1
) AS last ON true
WHERE own.instrument_id = quote.instrument_id
"""

_CLOSES = """
SELECT instrument_id, previous_close, price_step
FROM quotes_quote AS quote JOIN instruments_instrument AS instrument ON instrument.id = instrument_id
ORDER BY instrument_id
"""


def closes_reset(*, before: date) -> None:
    """Count changes from the last imported close before a day; from the price, where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_RESET, [before])


def day_announce(*, left: Moment, opened: Moment) -> None:
    """Tell everybody that a day is over, and what changes are counted from now.

    Emits:
        ``MarketDayClosed`` per ``MAX_CLOSES`` instruments, one at least.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLOSES)
        rows: list[tuple[UUID, Decimal, Decimal]] = cursor.fetchall()
    parts = list(portions_of(rows, MAX_CLOSES)) or [[]]
    publish_many(
        Outgoing(
            MarketDayClosed(
                number=left.number,
                day=left.day.isoformat(),
                next_day=opened.day.isoformat(),
                closed_at=opened.opened_at,
                part=part,
                parts=len(parts),
                closes=list(_told(some)),
            ),
            part,
        )
        for part, some in enumerate(parts, start=1)
    )


def _told(rows: Iterable[tuple[UUID, Decimal, Decimal]]) -> Iterable[list[str]]:
    for id_, close, step in rows:
        yield [str(id_), price_text(stepped(close, step), step)]
