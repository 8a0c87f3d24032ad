"""Instruments with their quotes, one query."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import get_language

from market_service.instruments.models import Instrument
from market_service.instruments.selectors.search import instrument_search
from market_service.instruments.ticker import TICKER_PATTERN
from market_service.quotes.selectors import price_at
from servicekit.arrays import array

#: Public name → what is sorted by; a minus before the name turns it around.
ORDERINGS: dict[str, Any] = {
    "ticker": F("ticker"),
    "name": F("name_en"),
    "type": F("type"),
    "price": F("quote__price"),
    "change_percent": F("quote__price") / F("quote__previous_close"),
    "available_quantity": F("available_quantity"),
}


def instrument_ids() -> dict[str, UUID]:
    """Ticker → id of everything listed."""
    return dict(Instrument.objects.values_list("ticker", "id"))


def instrument_get(ticker: str) -> Instrument:
    """One instrument with its quote, by its ticker in any case.

    Raises:
        Instrument.DoesNotExist: nothing is listed under it.
    """
    if not ticker.isascii() or not re.fullmatch(TICKER_PATTERN, ticker.upper()):
        raise Instrument.DoesNotExist(ticker)
    return _quoted().all().get(ticker=ticker.upper())


def instruments_by_ticker(tickers: Iterable[str]) -> dict[str, Instrument]:
    """Ticker → the instrument with its quote, of those that are listed.

    Args:
        tickers: in capitals.
    """
    wanted = [ticker for ticker in tickers if ticker.isascii() and re.fullmatch(TICKER_PATTERN, ticker)]
    return {instrument.ticker: instrument for instrument in _quoted().filter(ticker__in=wanted)}


@functools.cache
def _quoted() -> QuerySet[Instrument]:
    """What is shown: instruments with their quote, and ``price_at``, when that was last confirmed.

    Put together once: every use of it is a copy, which costs a tenth.
    """
    return (
        Instrument.objects.select_related("quote").filter(quote__isnull=False).annotate(price_at=price_at())
    )


class FoundInstruments(Sequence[Instrument]):
    """What a search found, best first; a slice reads only the instruments that are in it."""

    def __init__(self, ids: Sequence[UUID]) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int):
            return self[index : index + 1 or None][0]
        ids = self._ids[index]
        instruments = _quoted().in_bulk(ids)
        return [instruments[id_] for id_ in ids if id_ in instruments]

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self[:])


def instrument_list(
    *, search: str = "", type: str = "", ordering: str = ""
) -> QuerySet[Instrument] | FoundInstruments:
    """Instruments with their quotes.

    Args:
        search: words; see :mod:`market_service.instruments.selectors.search`.
        type: only of this type.
        ordering: a name of :data:`ORDERINGS`, perhaps with a minus. Without it the best match comes
            first, or without a search too, the tickers from A to Z.

    Raises:
        SearchBusy: see there.
    """
    instruments = _quoted().all()
    if search.strip():
        found = instrument_search(search, type=type)
        if not ordering:
            return FoundInstruments(found)
        instruments = instruments.extra(
            where=["instruments_instrument.id = ANY(%s::uuid[])"], params=[array(found)]
        )
    elif type:
        instruments = instruments.filter(type=type)
    if ordering:
        name = ordering.removeprefix("-")
        key = F("name_ru") if name == "name" and get_language() == "ru" else ORDERINGS[name]
        return instruments.order_by(OrderBy(key, descending=ordering.startswith("-")), "ticker")
    return instruments.order_by("ticker")
