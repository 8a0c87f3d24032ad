"""Instruments with their quotes, one query."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    F,
    Func,
    IntegerField,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.expressions import OrderBy
from django.utils.translation import get_language

from market_service.instruments.models import TICKER_PATTERN, Instrument
from market_service.instruments.selectors.search import instrument_search
from market_service.quotes.selectors import price_at

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
    return _quoted().get(ticker=ticker.upper())


def _quoted() -> QuerySet[Instrument]:
    """What is shown: instruments with their quote, and ``price_at``, when that was last confirmed."""
    return (
        Instrument.objects.select_related("quote").filter(quote__isnull=False).annotate(price_at=price_at())
    )


def instrument_list(*, search: str = "", type: str = "", ordering: str = "") -> QuerySet[Instrument]:
    """Instruments with their quotes.

    Args:
        search: words; see :mod:`market_service.instruments.selectors.search`.
        type: only of this type.
        ordering: a name of :data:`ORDERINGS`, perhaps with a minus. Without it the best match comes
            first, or without a search too, the tickers from A to Z.
    """
    instruments = _quoted()
    if type:
        instruments = instruments.filter(type=type)
    best = None
    if search.strip():
        found = instrument_search(search)
        instruments = instruments.filter(id__in=found)
        array = Value(found, output_field=ArrayField(UUIDField()))
        best = Func(array, F("id"), function="array_position", output_field=IntegerField())
    if ordering:
        name = ordering.removeprefix("-")
        key = F("name_ru") if name == "name" and get_language() == "ru" else ORDERINGS[name]
        return instruments.order_by(OrderBy(key, descending=ordering.startswith("-")), "ticker")
    return instruments.order_by(best, "ticker") if best and found else instruments.order_by("ticker")
