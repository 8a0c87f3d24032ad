"""Given more matches than are ranked one by one, then their pages are as if all of them were ranked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from market_service.instruments.selectors import instrument_list
from market_service.search.selectors import ranking
from market_service.search.selectors.ranking import Query
from market_service.search.selectors.terms import Term
from market_service.search.services import words_check, words_repair

pytestmark = pytest.mark.django_db

SEARCHES = [
    ("fund", ""), ("b", ""), ("n", ""), ("zzz", ""), ("listed", ""), ("und", ""), ("fund listed", ""),
    ("fund b0", ""), ("акция fund", ""), ("fynd", ""), ("ассетс", ""), ("fund", "bond"), ("fund 7", ""),
    ("апция фонд", ""), ("AZNL", ""), ("агтв", ""), ("share", ""), ("ed", ""),
]  # fmt: skip


@pytest.fixture
def many(entry: Any, load: Any) -> None:
    """120 instruments: every word is somewhere in most of them, and somewhere else in a few."""
    entries = []
    for number in range(120):
        changes: dict[str, Any] = {
            "name_en": f"Fund {number}",
            "name_ru": f"Акция фонд {number}",
            "description_en": "A share, listed in Birzha",
            "type": "bond" if number % 3 else "share",
        }
        if number % 40 == 1:
            changes["name_en"] = f"Listed share {number}, refund"
        if number % 50 == 2:
            changes["description_en"] = "Fund of funds, listed"
            changes["name_en"] = f"Nothing {number}"
        entries.append(entry(f"B{number:03}", **changes))
    entries += [
        entry("FUND", name_en="Share"),
        entry("FUNDX", name_en="Listed"),
        entry("LISTED", name_en="Fund"),
    ]
    load(*entries)


@pytest.mark.parametrize(("text", "type"), SEARCHES)
def test_the_pages_of_many_are_those_of_ranking_all(
    many: None, monkeypatch: pytest.MonkeyPatch, text: str, type: str
) -> None:
    expected = [one.ticker for one in instrument_list(search=text, type=type)]
    monkeypatch.setattr(ranking, "RANKED", 10)
    monkeypatch.setattr(ranking, "COMMON", 5)
    found = instrument_list(search=text, type=type)
    pages = [one.ticker for start in range(0, len(found), 7) for one in found[start : start + 7]]
    assert pages == expected
    assert len(set(pages)) == len(pages) == len(found)


@pytest.mark.parametrize("text", ["fund", "b", "listed", "fund listed", "fynd", "und", "zzt"])
def test_the_first_page_of_many_ranks_few(many: None, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(ranking, "RANKED", 20)
    monkeypatch.setattr(ranking, "COMMON", 5)
    ranked = []
    page_of_many = Query._page_of_many

    def noted(query: Query, offset: int, limit: int) -> Any:
        ranked.append(page_of_many(query, offset, limit))
        return ranked[-1]

    monkeypatch.setattr(Query, "_page_of_many", noted)
    assert len(instrument_list(search=text)[:10]) == 10
    assert ranked
    assert all(page is not None for page in ranked)


def test_the_index_is_used_and_the_words_are_not_made_again(many: None) -> None:
    where = Query([Term("fund"), Term("b")]).where()
    with connection.cursor() as cursor:  # nothing is known yet of how many rows there are
        explained = f"EXPLAIN SELECT count(*) FROM search_searchentry AS e WHERE {where.text}"
        cursor.execute(f"{ranking.ONLY_BY_INDEX}; {explained}", where.params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Bitmap Index Scan on search_entry_lexemes" in plan
    assert "Filter" not in plan


SPOILED = {
    "a name": "UPDATE instruments_instrument SET name_en = 'Pear' WHERE ticker = 'B007'",
    "a type": "UPDATE instruments_instrument SET type = 'currency' WHERE ticker = 'B007'",
    "a word of the search": "UPDATE search_searchentry SET names = ' x ' WHERE ticker = 'b007'",
    "an entry": "DELETE FROM search_searchentry WHERE ticker = 'b007'",
    "a known word": "DELETE FROM search_searchword WHERE word = 'b007'",
}


@pytest.mark.parametrize("statement", SPOILED.values(), ids=SPOILED)
def test_what_differs_is_found_and_repaired(many: None, statement: str) -> None:
    assert words_check().tickers == []
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert words_check().tickers == ["B007"]
    repaired = words_repair()
    assert (repaired.tickers, repaired.checked) == (["B007"], 123)
    assert words_check().tickers == []


def test_an_entry_of_what_is_not_quoted_is_removed(many: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM quotes_quote USING instruments_instrument AS instrument "
            "WHERE instrument.id = instrument_id AND ticker = 'B007'"
        )
    assert words_check().tickers == ["b007"]
    assert words_repair().tickers == ["b007"]
    assert words_check().tickers == []
