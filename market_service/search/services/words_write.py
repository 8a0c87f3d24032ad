"""Keeps the search's tables in step with the instruments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from market_service.search.words import EntryTexts, entry_texts
from servicekit.arrays import array, columns

_WRITE = """
INSERT INTO search_searchentry AS entry (instrument_id, type, ticker, isin, names, descriptions)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (instrument_id) DO UPDATE SET
    type = EXCLUDED.type, ticker = EXCLUDED.ticker, isin = EXCLUDED.isin, names = EXCLUDED.names,
    descriptions = EXCLUDED.descriptions
WHERE (entry.type, entry.ticker, entry.isin, entry.names, entry.descriptions)
    IS DISTINCT FROM (EXCLUDED.type, EXCLUDED.ticker, EXCLUDED.isin, EXCLUDED.names, EXCLUDED.descriptions)
"""
_WORDS = "INSERT INTO search_searchword SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
_LETTERS = "INSERT INTO search_searchletter SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"


class InstrumentTexts(NamedTuple):
    """The fields of an instrument that are searched."""

    instrument_id: UUID
    type: str
    ticker: str
    isin: str
    name_en: str
    name_ru: str
    description_en: str
    description_ru: str

    def entry(self) -> EntryTexts:
        """What the search keeps of it."""
        return entry_texts(
            ticker=self.ticker,
            isin=self.isin,
            names=(self.name_en, self.name_ru),
            descriptions=(self.description_en, self.description_ru),
        )


def words_write(instruments: Iterable[InstrumentTexts]) -> None:
    """Write the words of quoted instruments, in the transaction that lists or changes them.

    Takes no lock that an order waits for. Two that add the same new word wait for each other.
    """
    rows, words = [], set[str]()
    for one in sorted(instruments):
        entry = one.entry()
        words |= entry.words
        rows.append((one.instrument_id, one.type, *entry))
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns(rows))
        cursor.execute(_WORDS, [array(sorted(words))])
        cursor.execute(_LETTERS, [array(sorted(set().union(*words)))])
