"""Instruments with their quotes, one query."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

from market_service.instruments.models import Instrument
from market_service.instruments.selectors.ordered import InstrumentFilter
from market_service.instruments.ticker import TICKER_PATTERN
from market_service.quotes.selectors import price_at
from market_service.search.selectors import entries_count, entries_page, instruments_find
from servicekit.arrays import array
from servicekit.database import Statement

# As _quoted(), which to put into SQL costs more than reading the rows does: 50 rows by the ORM's values_list
# take 5.5 times as long.
_ROWS = {
    language: Statement(
        f"""
SELECT id, ticker, isin, name_{language}, description_{language}, type, currency, lot_size, price_step,
    available_quantity, quote.price, previous_close,
    CASE status WHEN 'open' THEN greatest(price_at, (SELECT confirmed_at FROM quotes_quotefeed))
        ELSE price_at END, status, simulated
FROM instruments_instrument AS instrument JOIN quotes_quote AS quote ON instrument_id = id
WHERE id = ANY(%s::uuid[])
"""
    )
    for language in ("en", "ru")
}


def instrument_ids() -> dict[str, UUID]:
    """Ticker → id of everything listed."""
    return dict(Instrument.objects.values_list("ticker", "id"))


def instrument_get(ticker: str) -> Instrument:
    """One instrument with its quote, by its ticker in any case.

    Raises:
        Instrument.DoesNotExist: nothing is listed under it.
    """
    if not ticker.isascii() or not _is_ticker(ticker.upper()):
        raise Instrument.DoesNotExist(ticker)
    return _quoted().all().get(ticker=ticker.upper())


def instruments_by_ticker(tickers: Iterable[str]) -> dict[str, Instrument]:
    """Ticker → the instrument with its quote, of those that are listed.

    Args:
        tickers: in capitals.
    """
    wanted = [ticker for ticker in tickers if _is_ticker(ticker)]
    return {instrument.ticker: instrument for instrument in _quoted().filter(ticker__in=wanted)}


@functools.cache
def _quoted() -> QuerySet[Instrument]:
    """What is shown: instruments with their quote, and ``price_at``, when that was last confirmed.

    Put together once: every use of it is a copy, which costs a tenth.
    """
    return (
        Instrument.objects.select_related("quote").filter(quote__isnull=False).annotate(price_at=price_at())
    )


def instrument_rows(ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """The columns of instruments that a list shows, in the order of the ids: no object is made of any row.

    Returns:
        Tuples: id, ticker, isin, name and description in the active language, type, currency, lot_size,
        price_step, available_quantity, price, previous_close, price_at, status, simulated.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROWS["ru" if get_language() == "ru" else "en"], [array(ids)])
        by_id = {row[0]: row for row in cursor.fetchall()}
    return [by_id[id_] for id_ in ids if id_ in by_id]


class InstrumentList(Sequence[Instrument]):
    """Instruments in an order; a slice reads only the instruments that are in it."""

    def __init__(
        self, *, count: Callable[[], int], ids: Callable[[int, int], Iterable[UUID]], more: bool = False
    ) -> None:
        """Args: ``ids(offset, limit)``; ``more``: there are more, which are not counted."""
        self._count = functools.cache(count)
        self._ids = ids
        self.more = more

    def __len__(self) -> int:
        return self._count()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int):
            return self[index : index + 1 or None][0]
        ids = self.ids(index)
        instruments = _quoted().in_bulk(ids)
        return [instruments[id_] for id_ in ids if id_ in instruments]

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self[:])

    def ids(self, index: slice) -> list[UUID]:
        """Those in a slice."""
        start, stop, _ = index.indices(len(self))
        return list(self._ids(start, stop - start)) if start < stop else []


def instrument_list(
    *, search: str = "", type: str = "", ordering: str = "", tickers: Sequence[str] | None = None
) -> InstrumentList:
    """Instruments with their quotes.

    Args:
        search: words; see :mod:`market_service.search.selectors.found`.
        type: only of this type.
        ordering: a name of ``ORDERINGS``, perhaps with a minus. Without it the best match comes
            first, or without a search too, the tickers from A to Z.
        tickers: only these, in capitals; None: any. With them the best match is not looked for.
    """
    found = instruments_find(search, type=type) if search.strip() else None
    if tickers is not None:
        chosen = InstrumentFilter(found, type, [name for name in tickers if _is_ticker(name)])
        return InstrumentList(count=chosen.count, ids=functools.partial(chosen.page, ordering or "ticker"))
    if found and not ordering:
        return InstrumentList(
            count=lambda: found.count,
            ids=lambda offset, limit: found.page(offset=offset, limit=limit),
            more=found.more,
        )
    count = (lambda: found.count) if found else functools.partial(entries_count, type=type)
    if not found and ordering.removeprefix("-") in ("", "ticker"):
        return InstrumentList(
            count=count, ids=functools.partial(entries_page, type=type, descending=ordering.startswith("-"))
        )
    more = found is not None and found.more
    return InstrumentList(
        count=count, ids=functools.partial(InstrumentFilter(found, type).page, ordering), more=more
    )


def _is_ticker(text: str) -> bool:
    """Whether something may be listed under a text, which is in capitals."""
    return text.isascii() and bool(re.fullmatch(TICKER_PATTERN, text))
