"""The words of an instrument, as the search keeps them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

#: Letters of a word that count; a search has no longer ones.
LONGEST_WORD = 100

_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """One spelling of many: compatibility forms, letter case, and ё written as е."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


def words_of(*texts: str) -> list[str]:
    """The distinct words of texts, folded, in their order."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(fold(" ".join(texts)))))


class EntryTexts(NamedTuple):
    """What the search keeps of an instrument, all of it folded.

    Attributes:
        names, descriptions: the distinct words, each between two spaces; "" without any.
    """

    ticker: str
    isin: str
    names: str
    descriptions: str

    @property
    def words(self) -> set[str]:
        """All the words that a search may mean."""
        return {self.ticker, self.isin, *self.names.split(), *self.descriptions.split()} - {""}


def entry_texts(*, ticker: str, isin: str, names: Iterable[str], descriptions: Iterable[str]) -> EntryTexts:
    """The words of an instrument by its fields."""
    return EntryTexts(fold(ticker), fold(isin), _spaced(words_of(*names)), _spaced(words_of(*descriptions)))


def _spaced(words: list[str]) -> str:
    return f" {' '.join(words)} " if words else ""
