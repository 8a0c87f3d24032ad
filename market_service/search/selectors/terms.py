"""One word of a search: what it matches, and how well, as SQL.

How well, best first: 0 it is the ticker or ISIN · 1 the beginning of the ticker · 2 the beginning of a word
of a name · 3 the beginning of the ISIN · 4 a part of ticker, ISIN or name · 5 the beginning of a word of a
description; and of what may have been meant: 6 in ticker or name · 7 in the ISIN · 8 in a description.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

#: Better than no match at all.
NO_MATCH = 9
_PART, _DESCRIBED = 4, 5


class Sql(NamedTuple):
    """An expression with its parameters."""

    text: str
    params: list[Any]


@dataclass(frozen=True)
class Term:
    """A word that is searched for.

    Attributes:
        word: letters, digits and underscores, folded.
        meant: what else may have been meant, other words of that kind.
        beginnings: whether ``meant`` are also looked for as beginnings.
    """

    word: str
    meant: tuple[str, ...] = ()
    beginnings: bool = False

    def lexemes(self, better_than: int = NO_MATCH) -> str:
        """The tsquery of what this matches better than that; "" if nothing can be."""
        word = self.word
        ways = [
            f"{_exact('t', word)} | {_exact('i', word)}",
            _beginning("t", word),
            _beginning("n", word),
            _beginning("i", word),
            _beginning("s", word) if len(word) > 1 else "",
            _beginning("d", word),
            self._meant("tn"),
            self._meant("i"),
            self._meant("d"),
        ][:better_than]
        if len(ways) > _PART and len(word) > 1:
            ways = ways[_PART:]  # a part is a beginning, too
        return " | ".join(filter(None, ways))

    def rank(self, *, strict: bool = False) -> Sql:
        """How well the row ``e`` of the entries matches.

        Args:
            strict: NULL for one that does not match; otherwise it is known that it does.
        """
        word = self.word
        cases: list[tuple[str, list[Any]]] = [
            ("e.ticker = %s OR e.isin = %s", [word, word]),
            ("starts_with(e.ticker, %s)", [word]),
        ]
        cases += [("strpos(e.names, %s) > 0", [f" {word}"]), ("starts_with(e.isin, %s)", [word])]
        part = "strpos(e.ticker, %s) > 0 OR strpos(e.isin, %s) > 0 OR strpos(e.names, %s) > 0"
        cases.append((part, [word] * 3) if len(word) > 1 else ("false", []))
        if strict or self.meant:
            cases.append(("strpos(e.descriptions, %s) > 0", [f" {word}"]))
        if self.meant:
            pattern, code = self._pattern(" ", " "), self._pattern("^", "$")
            cases.append(("e.ticker ~ %s OR e.names ~ %s", [code, pattern]))
            cases.append(("e.isin ~ %s", [code]))
            if strict:
                cases.append(("e.descriptions ~ %s", [pattern]))
        text, params = "CASE", list[Any]()
        for rank, (condition, values) in enumerate(cases):
            text += f" WHEN {condition} THEN {rank}"
            params += values
        return Sql(f"{text} {'' if strict else f'ELSE {len(cases)} '}END", params)

    def _meant(self, kinds: str) -> str:
        write = _beginning if self.beginnings else _exact
        return " | ".join(write(kind, word) for kind in kinds for word in self.meant)

    def _pattern(self, before: str, after: str) -> str:
        return f"{before}(?:{'|'.join(self.meant)}){'' if self.beginnings else after}"


def all_of(terms: Iterable[Term]) -> str:
    """The tsquery of what has them all."""
    return " & ".join(f"({term.lexemes()})" for term in terms)


def _exact(kind: str, word: str) -> str:
    return f"'{kind}{word}'"


def _beginning(kind: str, word: str) -> str:
    return f"'{kind}{word}':*"
