"""Reads of the copies."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, Subquery

from trading_service.reference.models import DailyClose, ListedInstrument, QuoteFeed


def quotes_confirmed_at() -> datetime | None:
    """The moment as of which the quotes of all open instruments are confirmed; None: not of all of them."""
    feed = QuoteFeed.objects.first()
    return feed.confirmed_at if feed and feed.complete else None


def instrument_find(ticker: str) -> ListedInstrument | None:
    """The instrument of a ticker in any case, whatever text that is; None when nothing is listed under it."""
    if not (ticker.isascii() and ticker.isprintable()):
        return None
    return ListedInstrument.objects.filter(ticker=ticker.upper()).first()


def instrument_price_at(instrument: ListedInstrument, confirmed_at: datetime | None) -> datetime | None:
    """When the latest price received for an instrument was true; None when there is none.

    Args:
        instrument: with its quote.
        confirmed_at: see :func:`quotes_confirmed_at`.
    """
    quote = getattr(instrument, "quote", None)
    if quote is None or confirmed_at is None or instrument.status != ListedInstrument.Status.OPEN:
        return quote.price_at if quote else None
    return max(quote.price_at, confirmed_at)


def instrument_price(instrument: ListedInstrument) -> Decimal | None:
    """The latest price received for an instrument, in major units; None when there is none."""
    quote = getattr(instrument, "quote", None)
    return quote.price if quote else None


def quoted_on(instrument: ListedInstrument) -> date | None:
    """The day (UTC) of the latest price received for an instrument; None when there is none."""
    quote = getattr(instrument, "quote", None)
    return quote.price_at.astimezone(UTC).date() if quote else None


def last_close_before(day: date, *, instrument: str) -> Subquery:
    """The last :class:`DailyClose` before a day, as part of a query; null when there is none.

    Args:
        instrument: the query's column that refers to the instrument.
    """
    closes = DailyClose.objects.filter(instrument=OuterRef(instrument), day__lt=day).order_by("-day")
    return Subquery(closes.values("price")[:1])


class Closes:
    """The last price of each day of some instruments: what they were worth at its end.

    Of today, and of every day since the price last changed, that is the latest price received.
    """

    def __init__(self, instrument_ids: Iterable[UUID], *, since: date, until: date) -> None:
        """Read them, in two queries.

        Args:
            since: the first day that will be asked for.
            until: the last.
        """
        wanted = list(instrument_ids)
        self._days: dict[UUID, list[date]] = {}
        self._prices: dict[UUID, list[Decimal]] = {}
        instruments = list(
            ListedInstrument.objects.filter(id__in=wanted)
            .select_related("quote")
            .annotate(close_before=last_close_before(since, instrument="id"))
        )
        for instrument in instruments:
            self._add(instrument.id, date.min, instrument.close_before)
        rows = DailyClose.objects.filter(instrument__in=wanted, day__range=(since, until)).order_by("day")
        for instrument_id, day, price in rows.values_list("instrument_id", "day", "price"):
            self._add(instrument_id, day, price)
        for instrument in instruments:
            self._add(instrument.id, quoted_on(instrument), instrument_price(instrument))

    def _add(self, instrument_id: UUID, day: date | None, price: Decimal | None) -> None:
        if day is not None and price is not None:
            self._days.setdefault(instrument_id, []).append(day)
            self._prices.setdefault(instrument_id, []).append(price)

    def price(self, instrument_id: UUID, day: date) -> Decimal | None:
        """The instrument's price at the end of a day; None when none was received until then."""
        place = bisect_right(self._days.get(instrument_id, []), day)
        return self._prices[instrument_id][place - 1] if place else None
