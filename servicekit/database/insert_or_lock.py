"""Rows that may exist already: insert or lock them, and read them, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from django.db import connection
from django.db.models import Model

from servicekit.database.bulk import Insert
from servicekit.database.row_classes import Table, names_of, required_of

R = TypeVar("R")
K = TypeVar("K")


class InsertOrLock(Insert[R], Generic[R, K]):
    """Inserts the rows that do not exist; in either case locks them and reads their current values.

    Args:
        read: the class of what is read: its fields without a default.
        key: the columns of the unique key.
        shared: as of every write; a row that is there gets them too.
    """

    def __init__(
        self,
        model: type[Model],
        row: type[R],
        read: type[K],
        *,
        key: str | Sequence[str],
        shared: Sequence[str],
    ) -> None:
        super().__init__(model, row, shared=shared)
        self._key, self._read = names_of(key), read

    def __call__(self, rows: Iterable[R], **shared: object) -> list[K]:
        """Make or lock them, in the order of their key."""
        if not (values := self._values(rows, shared)):
            return []
        with connection.cursor() as cursor:
            cursor.execute(self._statement, values)
            return [self._read(*found) for found in cursor.fetchall()]

    def _written(self, table: Table) -> str:
        key = ", ".join(map(table.column, self._key))
        order = ", ".join(f"new.{name}" for name in self._key)
        sets = ", ".join(f"{table.column(n)} = excluded.{table.column(n)}" for n in self._shared)
        read = ", ".join(f"kept.{table.column(name)}" for name in required_of(self._read))
        made = f"{self._insert(table)} ORDER BY {order}"
        return f"{made} ON CONFLICT ({key}) DO UPDATE SET {sets} RETURNING {read}"
