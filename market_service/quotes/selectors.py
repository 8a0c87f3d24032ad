"""Reading quotes and daily prices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Subquery, When
from django.db.models.functions import Greatest

from market_service.quotes.models import DailyPrice, QuoteFeed
from servicekit.arrays import array
from servicekit.database import Statement

_QUOTES = Statement(
    """
SELECT instrument_id, price,
       statement_timestamp() - greatest(price_at, (SELECT confirmed_at FROM quotes_quotefeed))
FROM quotes_quote WHERE instrument_id = ANY(%s::uuid[])
"""
)


def quotes_now(*, instrument_ids: Iterable[UUID]) -> dict[UUID, tuple[Decimal, timedelta]]:
    """Id of an open instrument → its latest price, and how old that is by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_QUOTES, [array(instrument_ids)])
        return {id_: (price, age) for id_, price, age in cursor.fetchall()}


def price_at() -> Case:
    """When an instrument's quote was last made or confirmed: an annotation of a query of instruments."""
    confirmed_at = Subquery(QuoteFeed.objects.values("confirmed_at")[:1])
    return Case(
        When(status="open", then=Greatest("quote__price_at", confirmed_at)), default=F("quote__price_at")
    )


def daily_prices_exist() -> bool:
    """Whether any daily price was ever imported."""
    return DailyPrice.objects.exists()


def last_closes(instrument_id: UUID) -> tuple[Decimal, Decimal] | None:
    """The last real close and the one before it, comparable with each other.

    The earlier one is taken through the source's adjusted closes, so that a split (or dividend)
    between the two days is not shown as a fall: adjusted before ÷ adjusted last × last.

    Returns:
        ``(last, before)``, the same twice if there is but one day; None without any.
    """
    days = list(DailyPrice.objects.filter(instrument_id=instrument_id).order_by("-date")[:2])
    if not days:
        return None
    last, before = days[0], days[-1]
    return last.close, before.adj_close / last.adj_close * last.close
