"""What is wrong with a file that is to be loaded: all of it, by kind, with the first places of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

#: Places of a kind that are named; the others are counted.
PLACES_NAMED = 5


class Fault(NamedTuple):
    """One thing that is wrong.

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
    first: list[Fault] = field(default_factory=list)


class Faults:
    """Any number of faults, in bounded memory."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}

    def add(self, fault: Fault) -> None:
        kind = self._kinds.setdefault(fault.kind, _Kind())
        kind.count += 1
        if len(kind.first) < PLACES_NAMED:
            kind.first.append(fault)

    @property
    def count(self) -> int:
        return sum(kind.count for kind in self._kinds.values())

    @property
    def first(self) -> Fault:
        """The one that was added first."""
        return next(iter(self._kinds.values())).first[0]

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def lines(self) -> Iterator[str]:
        """What a person reads: each kind with its number, and below it the first places."""
        for name, kind in self._kinds.items():
            yield f"{name}: {kind.count:,}"
            yield from (f"  {fault}" for fault in kind.first)
            if more := kind.count - len(kind.first):
                yield f"  … and {more:,} more"
