"""Searching the catalogue: ticker, ISIN, names and descriptions, in both languages at once.

Every word of the search must be found, as (best first)
0 the whole ticker or ISIN · 1 the beginning of the ticker · 2 the beginning of a word of a name ·
3 the beginning of the ISIN · 4 a part of ticker, ISIN or name · 5 the beginning of a word of a
description. Only when that finds nothing, words may differ by one typo (a letter wrong, missing, too many,
or two swapped): 6 in ticker or name · 7 in the ISIN · 8 in a description.

Searches are the most expensive public requests. So one runs at a time, a few wait for a moment, and the
others are refused (503), also while a process is still loading the index.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection

from market_service.instruments.errors import SearchBusy
from market_service.instruments.selectors.search_index import SearchIndex, fold

log = logging.getLogger(__name__)

#: Seconds that a search waits for its turn, and that it spends on reading what was listed since the last one.
WAIT_S, READ_S = 0.3, 1.0
#: How many wait for their turn at most while searches are slow; each has one of the process's few threads.
MAX_WAITING = 2
#: Seconds: when the last search took no longer, everybody may wait.
QUICK_S = 0.03

_index = SearchIndex()
_turn = threading.Lock()
_waiting = threading.BoundedSemaphore(MAX_WAITING)
_took_s = 0.0

#: Of one word: by instrument, how well it was found; the first that is told counts.
Ways = Iterator[tuple[int, Iterable[int]]]


def instrument_search(text: str, *, type: str = "") -> list[UUID]:
    """The ids of what matches, best first, then by ticker. Nothing for a text without a letter or digit.

    Args:
        text: words.
        type: only of this type.

    Raises:
        SearchBusy: too many search at the moment, or not all of the catalogue was read yet.
    """
    whole = fold(text).strip()
    words = re.findall(r"\w+", whole)
    if not words:
        return []
    with _in_turn():
        if not _index.refresh(time.monotonic() + READ_S) and not _index.complete:
            raise SearchBusy()
        return _ranked(whole, words, type, _exactly) or _ranked(whole, words, type, _perhaps_mistyped)


def search_prepare() -> None:
    """Read the whole catalogue, letting searches in between; for a thread of a process that begins."""
    try:
        complete = False
        while not complete:
            with _turn:
                complete = _index.refresh(time.monotonic())
            time.sleep(0.001)  # who waits for the turn gets it
    except (DatabaseError, InterfaceError) as error:
        log.warning("the catalogue could not be read: %s; the first search will read it", error)
    finally:
        connection.close()


def search_forget() -> None:
    """Begin anew."""
    with _turn:
        _index.clear()


@contextmanager
def _in_turn() -> Iterator[None]:
    """One search at a time.

    Raises:
        SearchBusy: the turn did not come within :data:`WAIT_S`, or searches are slow and too many wait.
    """
    global _took_s
    if not _turn.acquire(blocking=False):
        counted = _waiting.acquire(blocking=False)
        try:
            if (not counted and _took_s > QUICK_S) or not _turn.acquire(timeout=WAIT_S):
                raise SearchBusy()
        finally:
            if counted:
                _waiting.release()
    began = time.monotonic()
    try:
        yield
    finally:
        _took_s = time.monotonic() - began
        _turn.release()


def _ranked(whole: str, words: list[str], type: str, ways: Callable[[str], Ways]) -> list[UUID]:
    scores: dict[int, tuple[int, int]] = {}
    for place, word in enumerate(words):
        best: dict[int, int] = {}
        for score, numbers in ways(word):
            for number in numbers:
                best.setdefault(number, score)
        if place == 0:
            scores = {number: (score, score) for number, score in best.items()}
        else:
            scores = {
                number: (max(worst, best[number]), total + best[number])
                for number, (worst, total) in scores.items()
                if number in best
            }
    for number in (*_index.tickers.having(whole), *_index.isins.having(whole)):
        scores[number] = (0, 0)
    found = []
    for number, (worst, total) in scores.items():
        if (entry := _index.entry(number)) and type in ("", entry[2]):
            found.append((worst, total, entry[1], entry[0]))
    return [UUID(bytes=id_) for *_, id_ in sorted(found)]


def _exactly(word: str) -> Ways:
    index = _index
    yield 0, index.tickers.having(word)
    yield 0, index.isins.having(word)
    yield 1, index.tickers.beginning(word)
    yield 2, index.names.beginning(word)
    yield 3, index.isins.beginning(word)
    if len(word) > 1:
        for words in (index.tickers, index.isins, index.names):
            yield 4, words.containing(word)
    yield 5, index.descriptions.beginning(word)


def _perhaps_mistyped(word: str) -> Ways:
    yield from _exactly(word)
    yield 6, _index.tickers.mistyped(word)
    yield 6, _index.names.mistyped(word)
    yield 7, _index.isins.mistyped(word)
    yield 8, _index.descriptions.mistyped(word)
