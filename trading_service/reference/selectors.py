"""Reads of the copies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from servicekit.arrays import array
from servicekit.database import Statement
from trading_service.reference.models import ListedInstrument

# Asked with every portfolio. Measured, CPU of the service: the ORM's query takes 12 times as much.
_CONFIRMED = Statement(
    "SELECT confirmed_at FROM reference_quotefeed WHERE id = 1 AND received_since <= complete_since"
)


def quotes_confirmed_at() -> datetime | None:
    """The moment as of which the quotes of all open instruments are confirmed; None: not of all of them."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRMED)
        found = cursor.fetchone()
    return found[0] if found else None


def instrument_find(ticker: str) -> ListedInstrument | None:
    """The instrument of a ticker in any case, whatever text that is; None when nothing is listed under it."""
    if not (ticker.isascii() and ticker.isprintable()):
        return None
    return ListedInstrument.objects.filter(ticker=ticker.upper()).first()


def price_true_at(
    quoted_at: datetime | None, *, status: str, confirmed_at: datetime | None
) -> datetime | None:
    """When the latest price received for an instrument was true; None when there is none.

    Args:
        quoted_at: of its quote.
        status: the instrument's.
        confirmed_at: see :func:`quotes_confirmed_at`.
    """
    if quoted_at is None or confirmed_at is None or status != ListedInstrument.Status.OPEN:
        return quoted_at
    return max(quoted_at, confirmed_at)


# Asked with every portfolio's history, whose days are carried forward from price to price. The quote is the
# last of all. Measured, CPU of the service for 50 instruments: the ORM's two queries take 20 times as much.
_CLOSES = Statement(
    """
SELECT wanted.id, close.day, close.price FROM unnest(%s::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    (SELECT day, price, 1 AS place FROM reference_dailyclose
        WHERE instrument_id = wanted.id AND day < %s::date ORDER BY day DESC LIMIT 1)
    UNION ALL
    SELECT day, price, 2 FROM reference_dailyclose
        WHERE instrument_id = wanted.id AND day BETWEEN %s::date AND %s::date
    UNION ALL
    SELECT (price_at AT TIME ZONE 'UTC')::date, price, 3 FROM reference_latestquote
        WHERE instrument_id = wanted.id
) AS close
ORDER BY wanted.id, close.place, close.day
"""
)


class Closes:
    """The last price of each day of some instruments: what they were worth at its end.

    Of today, and of every day since the price last changed, that is the latest price received.
    """

    def __init__(self, instrument_ids: Iterable[UUID], *, since: date, until: date) -> None:
        """Read them, in one query.

        Args:
            since: the first day that will be asked for.
            until: the last.
        """
        self._days: dict[UUID, list[date]] = {}
        self._prices: dict[UUID, list[Decimal]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_CLOSES, [array(instrument_ids), since, since, until])
            for instrument_id, day, price in cursor.fetchall():
                self._days.setdefault(instrument_id, []).append(day)
                self._prices.setdefault(instrument_id, []).append(price)

    def price(self, instrument_id: UUID, day: date) -> Decimal | None:
        """The instrument's price at the end of a day; None when none was received until then."""
        place = bisect_right(self._days.get(instrument_id, []), day)
        return self._prices[instrument_id][place - 1] if place else None
