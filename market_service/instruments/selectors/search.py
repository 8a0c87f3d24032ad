"""Searching the catalogue: ticker, ISIN, names and descriptions, in both languages at once.

The catalogue is small (an exchange lists some thousands of instruments) and changes rarely, so each
process keeps its folded words in memory and scans them: about a millisecond per thousand
instruments. Whether it is still the catalogue of the database is one small query per search.

Every word of the search must be found, as (best first)
0 the whole ticker or ISIN · 1 the beginning of the ticker · 2 the beginning of a word of a name ·
3 the beginning of the ISIN · 4 a part of ticker, ISIN or name · 5 the beginning of a word of a
description. Only when that finds nothing, words may differ by one typo (a letter wrong, missing, too many,
or two swapped): 6 in ticker or name · 7 in the ISIN · 8 in a description.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from rapidfuzz.distance import OSA

from market_service.instruments.models import Instrument


@dataclass(frozen=True, slots=True)
class Entry:
    """One instrument's folded words."""

    id: UUID
    ticker: str
    isin: str
    names: str
    name_words: frozenset[str]
    description_words: frozenset[str]


#: The catalogue as of a stamp; replaced as a whole, so threads may share it.
_kept: tuple[Any, list[Entry]] = (None, [])


def instrument_search(text: str) -> list[UUID]:
    """The ids of what matches, best first, then by ticker. Nothing for a text without a letter or digit."""
    whole = fold(text).strip()
    words = re.findall(r"\w+", whole)
    if not words:
        return []
    entries = _entries()
    return _ranked(entries, whole, words, _exactly) or _ranked(entries, whole, words, _perhaps_mistyped)


def fold(text: str) -> str:
    """One spelling of many: compatibility forms, letter case, and ё written as е."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


Score = Callable[[str, Entry], int | None]


def _ranked(entries: list[Entry], whole: str, words: list[str], score: Score) -> list[UUID]:
    found = []
    for entry in entries:
        if whole in (entry.ticker, entry.isin):
            found.append(((0, 0, entry.ticker), entry.id))
            continue
        scores = [score(word, entry) for word in words]
        known = [value for value in scores if value is not None]
        if len(known) == len(words):
            found.append(((max(known), sum(known), entry.ticker), entry.id))
    return [id_ for _, id_ in sorted(found)]


def _exactly(word: str, entry: Entry) -> int | None:
    if word in (entry.ticker, entry.isin):
        return 0
    if entry.ticker.startswith(word):
        return 1
    if any(other.startswith(word) for other in entry.name_words):
        return 2
    if entry.isin.startswith(word):
        return 3
    if len(word) > 1 and (word in entry.ticker or word in entry.isin or word in entry.names):
        return 4
    if any(other.startswith(word) for other in entry.description_words):
        return 5
    return None


def _perhaps_mistyped(word: str, entry: Entry) -> int | None:
    if (exact := _exactly(word, entry)) is not None:
        return exact
    if _mistyped(word, entry.ticker) or any(_mistyped(word, other) for other in entry.name_words):
        return 6
    if _mistyped(word, entry.isin):
        return 7
    if any(_mistyped(word, other) for other in entry.description_words):
        return 8
    return None


def _mistyped(word: str, other: str) -> bool:
    """Whether one typo lies between a word and another, or (from five letters on) its beginning."""
    if min(len(word), len(other)) < 3:
        return False
    if _one_apart(word, other):
        return True
    lengths = range(len(word) - 1, min(len(word) + 2, len(other)))
    return len(word) >= 5 and any(_one_apart(word, other[:length]) for length in lengths)


def _one_apart(word: str, other: str) -> bool:
    """Whether a letter wrong, missing, too many, or two swapped makes one of the other."""
    return abs(len(word) - len(other)) <= 1 and OSA.distance(word, other, score_cutoff=1) <= 1


def _entries() -> list[Entry]:
    global _kept
    stamp = Instrument.objects.aggregate(count=Count("id"), latest=Max("updated_at"))
    if _kept[0] != stamp:
        _kept = (stamp, [_entry(*row) for row in Instrument.objects.values_list(*_COLUMNS)])
    return _kept[1]


_COLUMNS = ("id", "ticker", "isin", "name_en", "name_ru", "description_en", "description_ru")


def _entry(id_: UUID, ticker: str, isin: str, *texts: str) -> Entry:
    names = fold(f"{texts[0]} {texts[1]}")
    return Entry(
        id=id_,
        ticker=fold(ticker),
        isin=fold(isin),
        names=names,
        name_words=frozenset(re.findall(r"\w+", names)),
        description_words=frozenset(re.findall(r"\w+", fold(f"{texts[2]} {texts[3]}"))),
    )
