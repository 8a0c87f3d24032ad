"""Keeps the search's tables in step with the instruments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from market_service.search.models import SearchEntry, SearchLetter, SearchWord
from market_service.search.words import EntryTexts, entry_texts
from servicekit.database.bulk import Upsert


class _Entry(NamedTuple):
    instrument_id: UUID
    type: str
    ticker: str
    isin: str
    names: str
    descriptions: str


_TEXTS = _Entry._fields[1:]
_KEPT, _GIVEN = (", ".join(f"{row}.{name}" for name in _TEXTS) for row in ("kept", "excluded"))
_WRITE = Upsert(SearchEntry, _Entry, key="instrument_id", where=f"({_KEPT}) IS DISTINCT FROM ({_GIVEN})")


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
        rows.append(_Entry(one.instrument_id, one.type, *entry))
    _WRITE.run(rows)
    letters = set().union(*words)
    SearchWord.objects.bulk_create(map(SearchWord, sorted(words)), ignore_conflicts=True)
    SearchLetter.objects.bulk_create(map(SearchLetter, sorted(letters)), ignore_conflicts=True)
