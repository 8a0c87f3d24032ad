"""All errors of a file to be loaded, by kind, with the first occurrences of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

#: Places of a kind that are named; the others are counted.
MAX_EXAMPLES = 5


class FileError(NamedTuple):
    """One error.

    Attributes:
        kind: the rule that is broken, the same words for each that breaks it.
        where: ``line 3`` of the file, ``instrument 7 (AAPL)``.
        reason: what is wrong there.
    """

    kind: str
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass
class _Kind:
    count: int = 0
    first: list[FileError] = field(default_factory=list)


class FileErrors:
    """Any number of errors, in bounded memory."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}

    def add(self, error: FileError) -> None:
        kind = self._kinds.setdefault(error.kind, _Kind())
        kind.count += 1
        if len(kind.first) < MAX_EXAMPLES:
            kind.first.append(error)

    @property
    def count(self) -> int:
        return sum(kind.count for kind in self._kinds.values())

    def of(self, kind: str) -> list[FileError]:
        """The first ones of a kind."""
        return self._kinds[kind].first if kind in self._kinds else []

    def firsts(self, most: int) -> list[FileError]:
        """Some of them, the first of each kind before the second of any."""
        kinds = self._kinds.values()
        found = [error for rank in range(most) for kind in kinds for error in kind.first[rank : rank + 1]]
        return found[:most]

    def take(self, others: FileErrors, file: str) -> None:
        """Add those of a file; its name, unless empty, is written before each place in it."""
        for name, kind in others._kinds.items():
            own = self._kinds.setdefault(name, _Kind())
            own.count += kind.count
            room = MAX_EXAMPLES - len(own.first)
            for error in kind.first[:room]:
                inside = file and error.where != file
                own.first.append(error._replace(where=f"{file}, {error.where}") if inside else error)

    @property
    def first(self) -> FileError:
        """The one that was added first."""
        return next(iter(self._kinds.values())).first[0]

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def lines(self) -> Iterator[str]:
        """What a person reads: each kind with its number, and below it the first places."""
        for name, kind in self._kinds.items():
            yield f"{name}: {kind.count:,}"
            yield from (f"  {error}" for error in kind.first)
            if more := kind.count - len(kind.first):
                yield f"  … and {more:,} more"
