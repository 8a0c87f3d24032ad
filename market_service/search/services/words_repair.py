"""Compares the search's tables with what the instruments' fields give, and writes what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from market_service.search.services.words_write import InstrumentTexts, words_write
from servicekit.arrays import array
from servicekit.portions import portions_of

#: Instruments read at a time, and locked and written in one transaction.
PORTION, LOCKED = 500, 50

_SELECT = """
SELECT instrument.id, instrument.type, instrument.ticker, instrument.isin, name_en, name_ru,
       description_en, description_ru,
       entry.type, entry.ticker, entry.isin, entry.names, entry.descriptions
FROM instruments_instrument AS instrument
JOIN quotes_quote AS quote ON quote.instrument_id = instrument.id
LEFT JOIN search_searchentry AS entry ON entry.instrument_id = instrument.id
"""
_NEXT = f"{_SELECT} WHERE instrument.id > %s ORDER BY instrument.id LIMIT %s"
_THESE = f"""{_SELECT} WHERE instrument.id = ANY(%s::uuid[])
ORDER BY instrument.id FOR NO KEY UPDATE OF instrument"""
_UNQUOTED = """
SELECT ticker FROM search_searchentry AS entry
WHERE NOT EXISTS (SELECT FROM quotes_quote WHERE instrument_id = entry.instrument_id)
"""
_DELETE_UNQUOTED = """
DELETE FROM search_searchentry AS entry
WHERE NOT EXISTS (SELECT FROM quotes_quote WHERE instrument_id = entry.instrument_id) RETURNING ticker
"""
_UNKNOWN_WORDS = """
SELECT word FROM unnest(%s::text[]) AS word
WHERE NOT EXISTS (SELECT FROM search_searchword AS known WHERE known.word = word.word)
"""


@dataclass
class WordsDiffering:
    """The tickers of the instruments that the search does not know as they are.

    Attributes:
        checked: how many instruments were looked at.
    """

    checked: int = 0
    tickers: list[str] = field(default_factory=list)


def words_check() -> WordsDiffering:
    """Find the quoted instruments whose words are not those that their fields give, and entries of others."""
    result = WordsDiffering()
    for rows in _portions():
        result.checked += len(rows)
        result.tickers += [one.ticker for one in _differing(rows)]
    result.tickers += [ticker for (ticker,) in _read(_UNQUOTED)]
    return result


def words_repair() -> WordsDiffering:
    """Write the words of those that :func:`words_check` finds. In portions; trading goes on.

    Returns:
        What differed.
    """
    result = WordsDiffering()
    for rows in _portions():
        result.checked += len(rows)
        differing = [one.instrument_id for one in _differing(rows)]
        for some in portions_of(differing, LOCKED):
            with transaction.atomic():
                again = _differing(_read(_THESE, array(some)))
                words_write(again)
            result.tickers += [one.ticker for one in again]
    result.tickers += [ticker for (ticker,) in _read(_DELETE_UNQUOTED)]
    return result


def _portions() -> Iterator[list[tuple]]:
    after = UUID(int=0)
    while rows := _read(_NEXT, after, PORTION):
        yield rows
        after = rows[-1][0]


def _read(statement: str, *params: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def _differing(rows: list[tuple]) -> list[InstrumentTexts]:
    differing, words = [], dict[str, InstrumentTexts]()
    for row in rows:
        one = InstrumentTexts(*row[:8])
        entry = one.entry()
        if (one.type, *entry) != row[8:]:
            differing.append(one)
        else:
            words |= dict.fromkeys(entry.words, one)
    unknown = {words[word] for (word,) in _read(_UNKNOWN_WORDS, array(words))}
    return sorted({*differing, *unknown})
