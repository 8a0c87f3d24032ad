"""Several writes as one statement: one round trip for all changes of a use-case.

Each is a part of one ``WITH``, so none sees what another writes; what must be there for another, such as a
row that a foreign key names, is looked for when the statement ends::

    _WRITE = Combined(Update(Position, Row, key="id"), Insert(Lot, LotRow))
    _WRITE.defer([Row(...)], [LotRow(...)])
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Protocol

from servicekit.database import execute_deferred
from servicekit.database.statements import Statement


class Write(Protocol):
    """An ``Insert``, ``Update`` or ``Upsert`` of :mod:`servicekit.database.bulk`."""

    def sql(self) -> str:
        """The statement."""
        ...

    def values(self, rows: Sequence[Any], shared: dict[str, object]) -> list[Any]:
        """Its parameters."""
        ...


class Combined:
    """Writes that are sent as one statement."""

    def __init__(self, *writes: Any) -> None:
        self._writes: tuple[Write, ...] = writes

    def defer(self, *rows: Sequence[Any], **shared: object) -> None:
        """Write at the latest with COMMIT. No-op when there is no row.

        Args:
            rows: of each write, in their order; of some there may be none.
            shared: as of each write; several may have one of the same name.
        """
        if any(rows):
            parts = zip(self._writes, rows, strict=True)
            values = chain.from_iterable(write.values(given, shared) for write, given in parts)
            execute_deferred(self._statement, list(values))

    @cached_property
    def _statement(self) -> Statement:
        *others, last = (write.sql() for write in self._writes)
        parts = ", ".join(f"write_{number} AS ({sql})" for number, sql in enumerate(others))
        return Statement(f"WITH {parts} {last}")
