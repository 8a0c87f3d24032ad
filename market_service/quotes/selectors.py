"""Reading quotes and daily prices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, QuerySet, Subquery, When
from django.db.models.functions import Greatest, Now

from market_service.quotes.models import DailyPrice, QuoteFeed
from servicekit.arrays import array
from servicekit.settings.schedule import DUE_TASKS_PERIOD_S

# Two look-ups in the index for each instrument; the ORM has no LATERAL. Measured by turns, for 50 instruments
# of 1,500 days: a query an instrument takes 160 times as long, a window over all their days 220 times.
_LAST_DAYS = """
SELECT wanted.id, close, adj_close
FROM unnest(%s::uuid[]) AS wanted (id), LATERAL (
    SELECT date, close, adj_close FROM quotes_dailyprice
    WHERE instrument_id = wanted.id AND date < %s::date ORDER BY date DESC LIMIT 2
) AS day ORDER BY wanted.id, date DESC
"""

# As above; the ORM's DISTINCT ON reads every day, and takes 370 times as long.
_FIRST_OPENS = """
SELECT wanted.id, open FROM unnest(%s::uuid[]) AS wanted (id), LATERAL (
    SELECT open FROM quotes_dailyprice WHERE instrument_id = wanted.id ORDER BY date LIMIT 1
) AS day
"""

# A look-up for each instrument, by the one index there is. Measured with 200 instruments of 1,500 days: the
# ORM's min() and max() over all the prices take 40 times as long.
_NEXT_DAY = """
SELECT min(next.date) FROM quotes_quote AS quote, LATERAL (
    SELECT date FROM quotes_dailyprice
    WHERE instrument_id = quote.instrument_id AND date > %s AND NOT simulated ORDER BY date LIMIT 1
) AS next
"""

# As above: of 20 instruments of 360 days the ORM takes 2.5 times as long.
_HISTORY = """
SELECT min(first.date), max(last.date) FROM instruments_instrument AS instrument, LATERAL (
    SELECT date FROM quotes_dailyprice WHERE instrument_id = instrument.id AND NOT simulated
    ORDER BY date LIMIT 1
) AS first, LATERAL (
    SELECT date FROM quotes_dailyprice WHERE instrument_id = instrument.id AND NOT simulated
    ORDER BY date DESC LIMIT 1
) AS last
"""


def confirmed_lately() -> QuerySet[QuoteFeed]:
    """The feed until ``QUOTE_PERIOD`` after its last tick, to the nearest look at what is due."""
    since = Now() - timedelta(seconds=settings.QUOTE_PERIOD - DUE_TASKS_PERIOD_S / 2)
    return QuoteFeed.objects.filter(confirmed_at__gt=since)


def price_at() -> Case:
    """When an instrument's quote was last made or confirmed: an annotation of a query of instruments."""
    confirmed_at = Subquery(QuoteFeed.objects.values("confirmed_at")[:1])
    return Case(
        When(status="open", then=Greatest("quote__price_at", confirmed_at)), default=F("quote__price_at")
    )


def quotes_number() -> int:
    """The number of the last message that told quotes; 0 before the first."""
    return QuoteFeed.objects.values_list("number", flat=True).first() or 0


def quotes_complete_since() -> int:
    """From which message on every quote was told; 0 before the first whole round."""
    return QuoteFeed.objects.values_list("complete_since", flat=True).first() or 0


def daily_prices_exist() -> bool:
    """Whether any daily price was ever imported."""
    return DailyPrice.objects.exists()


def last_closes(
    instrument_ids: Iterable[UUID], *, before: date = date.max
) -> dict[UUID, tuple[Decimal, Decimal]]:
    """The last real close of each instrument and the one before it, comparable with each other.

    The earlier one is taken through the source's adjusted closes, so that a split (or dividend)
    between the two days is not shown as a fall: adjusted before ÷ adjusted last × last.

    Args:
        before: only days before it count.

    Returns:
        ``(last, before)`` by id, the same twice if there is but one day; without any, it is not there.
    """
    days: dict[UUID, list[tuple[Decimal, Decimal]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_DAYS, [array(instrument_ids), before])
        for id_, close, adj_close in cursor.fetchall():
            days.setdefault(id_, []).append((close, adj_close))
    return {id_: (last[0][0], last[-1][1] / last[0][1] * last[0][0]) for id_, last in days.items()}


def first_opens(instrument_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """The opening price of each instrument's first day; without any day, it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_OPENS, [array(instrument_ids)])
        return dict(cursor.fetchall())


def history_range() -> tuple[date, date] | None:
    """The first and the last day of all imported prices; None: there are none."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY)
        first, last = cursor.fetchone()
    return (first, last) if first else None


def history_day_after(day: date) -> date | None:
    """The next day for which a price was imported; None: the history is over."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DAY, [day])
        (after,) = cursor.fetchone()
    return after


def history_days_back(last: date, count: int) -> date:
    """The day so many trading days before the last one; the first if there are not as many."""
    real = DailyPrice.objects.filter(simulated=False)
    some = real.filter(date=last).order_by("instrument_id").values("instrument_id")[:1]
    days = real.filter(instrument_id=Subquery(some)).order_by("-date").values_list("date", flat=True)
    return list(days[: count + 1])[-1]
