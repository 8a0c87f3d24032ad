"""Given instruments with equal keys, then in any order their pages are those of sorting them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from market_service.instruments.models import Instrument
from market_service.instruments.selectors import ORDERINGS, instrument_list, ordered

pytestmark = pytest.mark.django_db

KEYS: dict[str, Callable[[Instrument], Any]] = {
    "ticker": lambda one: one.ticker,
    "name": lambda one: one.name,
    "type": lambda one: one.type,
    "price": lambda one: one.quote.price,
    "change_percent": lambda one: one.quote.price / one.quote.previous_close,
    "available_quantity": lambda one: one.available_quantity,
}


@pytest.fixture
def listed(entry: Any, load: Any) -> list[Instrument]:
    """Thirty instruments, each key of which several have, and one that lost its quote."""
    types = ("share", "fund")
    load(
        *(
            entry(f"B{n:02}", name_en=f"Fund {n % 7}", name_ru=f"Фонд {n % 4}", type=types[n % 2])
            for n in range(30)
        ),
        entry("AFIRST", name_en="A", name_ru="А", type="bond"),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE quotes_quote SET price = 10 + substr(ticker, 2)::int % 5, previous_close = 10
            FROM instruments_instrument AS one WHERE one.id = instrument_id AND ticker <> 'AFIRST';
            UPDATE instruments_instrument SET available_quantity = 1 + substr(ticker, 2)::int % 3
            WHERE ticker <> 'AFIRST';
            DELETE FROM search_searchentry WHERE ticker = 'afirst';
            DELETE FROM quotes_quote USING instruments_instrument AS one
            WHERE one.id = instrument_id AND ticker = 'AFIRST'
            """
        )
    return list(Instrument.objects.filter(quote__isnull=False).select_related("quote"))


@pytest.mark.parametrize("equal", [1, 200])
@pytest.mark.parametrize(("name", "language"), [*((name, "en") for name in ORDERINGS), ("name", "ru")])
@pytest.mark.parametrize("minus", ["", "-"])
def test_pages_are_those_of_sorting_all(
    listed: list[Instrument],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    minus: str,
    language: str,
    equal: int,
) -> None:
    monkeypatch.setattr(ordered, "EQUAL", equal)
    monkeypatch.setattr(ordered, "OF_ANY_TYPE", 2)
    monkeypatch.setattr(ordered, "RANKED", 10)
    by_ticker = sorted(listed, key=lambda one: one.ticker)
    with override(language):
        expected = sorted(by_ticker, key=KEYS[name], reverse=bool(minus))
        for filters in ({}, {"type": "fund"}, {"search": "fund"}, {"search": "fund 3", "type": "share"}):
            chosen = instrument_list(ordering=f"{minus}{name}", **filters)
            pages = [one.ticker for at in range(0, len(chosen), 4) for one in chosen[at : at + 4]]
            assert pages == [one.ticker for one in expected if _matches(one, **filters)], filters


def test_only_the_tickers_that_are_asked_for_are_in_order(listed: list[Instrument]) -> None:
    chosen = instrument_list(ordering="-price", tickers=["B05", "B09", "B14", "AFIRST", "NONE"])
    assert [one.ticker for one in chosen] == ["B09", "B14", "B05"]


def _matches(one: Instrument, *, search: str = "", type: str = "") -> bool:
    words = f"{one.name_en} {one.ticker}".lower()
    return type in ("", one.type) and all(word in words for word in search.split())
