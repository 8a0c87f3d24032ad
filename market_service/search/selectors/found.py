"""What a search finds: every word as it is typed; else in the other keyboard layout; else mistyped once.

Each of them only when the one before finds nothing. All of it is read from tables that are written together
with the instruments, so nothing is kept in a process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from market_service.search.selectors import ranking
from market_service.search.selectors.layouts import other_layouts
from market_service.search.selectors.ranking import Query
from market_service.search.selectors.terms import Term
from market_service.search.selectors.typos import BEGINNINGS_FROM, meant_by, words_beginning
from market_service.search.words import fold, words_of

#: Words of a search, the rest of which are not looked for.
MAX_WORDS = 12


@dataclass(frozen=True)
class Found:
    """The instruments that were found.

    Attributes:
        count: how many, at most as many as are counted; only they are in pages.
        more: whether there are more than that.
    """

    count: int
    query: Query | None = None
    more: bool = False

    def page(self, *, offset: int, limit: int) -> list[UUID]:
        """Their ids from ``offset`` on, best first, then by ticker."""
        if self.query is None or offset >= self.count or limit < 1:
            return []
        return self.query.page(count=self.count, offset=offset, limit=limit)

    def condition(self, column: str) -> tuple[str, list[Any]]:
        """SQL, with its parameters, of an id being one of theirs."""
        if self.query is None:
            return "false", []
        where = self.query.where()
        ids = f"SELECT instrument_id FROM search_searchentry AS e WHERE {where.text}"
        return f"{column} = ANY(ARRAY({ids}))", where.params


def instruments_find(text: str, *, type: str = "") -> Found:
    """Find instruments by words of their ticker, ISIN, names and descriptions, in both languages at once.

    How they are ranked: :mod:`market_service.search.selectors.terms`; several words by the worst, then by
    their sum. The whole text as a ticker or ISIN comes first. Nothing for a text without a letter or digit.

    Args:
        text: words in any case and script.
        type: only of this type.
    """
    for query in _queries(" ".join(fold(text).split()), type):
        if count := query.count():
            return Found(min(count, ranking.COUNTED), query, more=count > ranking.COUNTED)
    return Found(0)


def _queries(text: str, type: str) -> Iterator[Query]:
    typed = words_of(text)[:MAX_WORDS]
    if not typed:
        return
    yield _exactly(text, typed, type)
    switched = _switched(text)
    if switched:
        yield _exactly(switched, words_of(switched)[:MAX_WORDS], type)
    terms = [Term(word, _meant(word), len(word) >= BEGINNINGS_FROM) for word in typed]
    if any(term.meant for term in terms):
        yield Query(terms, type=type)


def _meant(word: str) -> tuple[str, ...]:
    """What a word was meant for: one with a typo in the layout that it is in, or else in the other."""
    return next(filter(None, map(meant_by, [word, *_words_in_other_layouts(word)])), ())


def _exactly(text: str, words: list[str], type: str) -> Query:
    return Query([Term(word) for word in words], whole="" if re.fullmatch(r"\w+", text) else text, type=type)


def _switched(text: str) -> str:
    """The text with the words that nothing has in the other keyboard layout, if something has them there."""
    words = text.split()
    others = {word: _words_in_other_layouts(word) for word in words}
    known = words_beginning({*words_of(text), *chain(*others.values())})
    switched = [
        word if word in known else next((other for other in others[word] if other in known), word)
        for word in words
    ]
    return " ".join(switched) if switched != words else ""


def _words_in_other_layouts(word: str) -> list[str]:
    return [other for other in other_layouts(word) if words_of(other) == [other]]
