"""The search index in memory: word → instruments that have it in ticker, ISIN, name or description.

Each distinct word is kept once, with the numbers of the instruments that have it; so a search looks at words
and not at instruments, and 100,000 instruments take a tenth of what their texts did. One index a
process. It is brought up to date by whoever searches, a page at a time: only what changed is read.
"""

from __future__ import annotations

import re
import time
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

#: Instruments read at a time.
PAGE = 1_000
#: A change is committed at most so much later than the time it bears.
SETTLED_AFTER = timedelta(seconds=60)
#: Words that are compared for a typo in one go; in between, other threads have their turn.
COMPARED = 5_000

_BEGINNING = datetime.min
_PAGE = """
SELECT id, type, ticker, isin, name_en, name_ru, description_en, description_ru, updated_at
FROM instruments_instrument AS instrument
WHERE (updated_at, id) > (%s, %s) AND EXISTS (SELECT FROM quotes_quote WHERE instrument_id = instrument.id)
ORDER BY updated_at, id LIMIT %s
"""
_NONE = UUID(int=0)


def fold(text: str) -> str:
    """One spelling of many: compatibility forms, letter case, and ё written as е."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


class Words:
    """Distinct words, and the numbers of the instruments that have each."""

    def __init__(self) -> None:
        self._having: dict[str, int | array[int]] = {}
        self._by_length: dict[int, list[str]] = {}
        self._text = "\n"
        self._unwritten: list[str] = []

    def add(self, word: str, number: int) -> None:
        """An instrument has a word."""
        known = self._having.get(word)
        if known is None:
            self._having[word] = number
            self._by_length.setdefault(len(word), []).append(word)
            self._unwritten.append(word)
        elif isinstance(known, int):
            self._having[word] = array("I", (known, number))
        else:
            known.append(number)

    def having(self, word: str) -> Iterable[int]:
        """The instruments that have exactly this word."""
        known = self._having.get(word, ())
        return (known,) if isinstance(known, int) else known

    def beginning(self, word: str) -> Iterator[int]:
        """The instruments with a word that begins so; perhaps the same one again."""
        yield from self._found(f"\n{word}", 1)

    def containing(self, word: str) -> Iterator[int]:
        """The instruments with a word that has this in it."""
        yield from self._found(word, 0)

    def mistyped(self, word: str) -> Iterator[int]:
        """The instruments with a word from which this one differs by one typo."""
        if len(word) < 3:
            return
        lengths = range(max(3, len(word) - 1), len(word) + 2)
        for length in lengths:
            words = self._by_length.get(length, [])
            for place in _one_apart(word, words):
                yield from self.having(words[place])
        if len(word) < 5:
            return
        for length, words in self._by_length.items():  # from five letters on, also of its beginning
            for cut in lengths:
                if cut < length:
                    for place in _one_apart(word, [other[:cut] for other in words]):
                        yield from self.having(words[place])

    def _found(self, wanted: str, skipped: int) -> Iterator[int]:
        if self._unwritten:
            new, self._unwritten = self._unwritten, []
            self._text += "\n".join(new) + "\n"
        text, end = self._text, 0
        while (start := text.find(wanted, end)) >= 0:
            begin = start + skipped if skipped else text.rfind("\n", 0, start) + 1
            end = text.find("\n", start + 1)
            yield from self.having(text[begin:end])


def _one_apart(word: str, others: list[str]) -> Iterator[int]:
    """The places of those from which a letter wrong, missing, too many, or two swapped makes the word."""
    for start in range(0, len(others), COMPARED):
        some = others[start : start + COMPARED]
        for _, _, place in process.extract(word, some, scorer=OSA.distance, score_cutoff=1, limit=None):
            yield start + place


class SearchIndex:
    """Instruments by their words. Not thread-safe."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew, empty."""
        self.complete = False
        self.tickers, self.isins, self.names, self.descriptions = (Words() for _ in range(4))
        self._numbers: dict[bytes, int] = {}
        self._entries: list[tuple[bytes, str, str] | None] = []
        self._changed_at: list[datetime] = []
        self._settled = self._next = (_BEGINNING, _NONE)
        self._began: datetime | None = None

    def entry(self, number: int) -> tuple[bytes, str, str] | None:
        """An instrument's id, folded ticker and type; None: it has another number by now."""
        return self._entries[number]

    def refresh(self, until: float) -> bool:
        """Read what changed since the last time.

        Args:
            until: by ``time.monotonic``; later the rest is left to the next time.

        Returns:
            Whether all of it was read.
        """
        with connection.cursor() as cursor:
            if self._began is None:
                cursor.execute("SELECT statement_timestamp()")
                (self._began,) = cursor.fetchone()
                self._next = self._settled
            while True:
                cursor.execute(_PAGE, [*self._next, PAGE])
                rows = cursor.fetchall()
                for id_, type_, *texts, changed_at in rows:
                    self._put(id_, type_, texts, changed_at)
                if rows:
                    self._next = rows[-1][-1], rows[-1][0]
                if len(rows) < PAGE:
                    break
                if time.monotonic() > until:
                    return False
        self._settled, self._began = (self._began - SETTLED_AFTER, _NONE), None
        self.complete = True
        if len(self._entries) > 2 * len(self._numbers) + PAGE:  # most of it is of what was changed again
            self.clear()
            return self.refresh(until)
        return True

    def _put(self, id_: UUID, type_: str, texts: list[str], changed_at: datetime) -> None:
        key = id_.bytes
        before = self._numbers.get(key)
        if before is not None:
            if self._changed_at[before] == changed_at:
                return
            self._entries[before] = None
        number = self._numbers[key] = len(self._entries)
        ticker, isin = fold(texts[0]), fold(texts[1])
        self._entries.append((key, ticker, type_))
        self._changed_at.append(changed_at)
        self.tickers.add(ticker, number)
        if isin:
            self.isins.add(isin, number)
        for words, some in ((self.names, texts[2:4]), (self.descriptions, texts[4:6])):
            for word in set(re.findall(r"\w+", fold(" ".join(some)))):
                words.add(word, number)
