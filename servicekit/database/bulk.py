"""Bulk statements over many rows: read, lock in order, insert, update, upsert.

Rows are removed by :mod:`servicekit.database.delete`; several writes are one statement by
:mod:`servicekit.database.combined`.

A *row class* is a ``NamedTuple`` or a dataclass whose fields are columns of a model's table (``order_id`` for
the foreign key ``order``). What is done with it is declared once, beside it, and is one statement
however many rows there are, planned once per connection::

    class FillRow(NamedTuple):
        id: UUID
        order_id: UUID
        quantity: int

    _INSERT = Insert(Fill, FillRow)
    _INSERT.defer([FillRow(...), FillRow(...)])

The types of the values are those of the model's fields. Columns that are neither given nor
computed get what the table says by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

from servicekit.arrays import array, columns, lines
from servicekit.database import execute_deferred
from servicekit.database.row_classes import Table, fields_of, names_of, required_of
from servicekit.database.statements import Statement

R = TypeVar("R")


class Read(Generic[R]):
    """Reads the rows that exist, by key.

    Args:
        row: its fields without a default are read.
        key: the column that is asked for, or several of them.
        where: what else must be true of a row, in SQL.
    """

    def __init__(
        self, model: type[Model], row: type[R], *, key: str | Sequence[str], where: str = ""
    ) -> None:
        self._model, self._row, self._key, self._where = model, row, names_of(key), where

    def __call__(self, keys: Iterable[Any]) -> list[R]:
        """Read them.

        Args:
            keys: values of the key; tuples of them if it has several columns.
        """
        if not (values := self._values(keys)):
            return []
        with connection.cursor() as cursor:
            cursor.execute(self._statement, values)
            return [self._row(*found) for found in cursor.fetchall()]

    def _values(self, keys: Iterable[Any]) -> list[str]:
        keys = list(keys)
        if not keys:
            return []
        return [array(keys)] if len(self._key) == 1 else columns(keys)

    @cached_property
    def _statement(self) -> Statement:
        table = Table(self._model)
        read = ", ".join(f"kept.{table.column(name)}" for name in required_of(self._row))
        if len(self._key) == 1:
            (key,) = self._key
            wanted = f"WHERE kept.{table.column(key)} = ANY(%s::{table.type(key)}[])"
        else:
            names = ", ".join(map(table.column, self._key))
            wanted = f"JOIN unnest({table.arrays(self._key)}) AS wanted ({names}) USING ({names}) WHERE true"
        also = f" AND {self._where}" if self._where else ""
        return Statement(f"SELECT {read} FROM {table.name} AS kept {wanted}{also}{self._ending(table)}")

    def _ending(self, table: Table) -> str:
        return ""


class Lock(Read[R]):
    """As :class:`Read`, and the rows are locked until the transaction ends, in the order of ``order``.

    Args:
        order: columns in whose order every writer of the table locks, so that there is no deadlock.
    """

    def __init__(
        self,
        model: type[Model],
        row: type[R],
        *,
        key: str | Sequence[str],
        order: str | Sequence[str] = "id",
        where: str = "",
    ) -> None:
        super().__init__(model, row, key=key, where=where)
        self._order = names_of(order)

    def defer(self, keys: Iterable[Any]) -> None:
        """Lock them without reading: before the next statement, in one trip with it."""
        if values := self._values(keys):
            execute_deferred(self._statement, values)

    def _ending(self, table: Table) -> str:
        order = ", ".join(f"kept.{table.column(name)}" for name in self._order)
        return f" ORDER BY {order} FOR NO KEY UPDATE OF kept"


class _Write(Generic[R]):
    """The base of inserts and updates.

    Args:
        shared: columns with one value for all rows, given as keyword arguments with the rows.
        computed: columns that PostgreSQL computes: SQL, in which ``new`` is the row that is given.
        types: PostgreSQL's types of the row's fields that are no columns, but part of what is computed.
    """

    def __init__(
        self,
        model: type[Model],
        row: type[R],
        *,
        shared: Sequence[str] = (),
        computed: Mapping[str, str] | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self._model, self._row, self._shared = model, row, tuple(shared)
        self._computed, self._types = computed or {}, types or {}
        self._fields = fields_of(row)
        self._kept = tuple(name for name in self._fields if name not in self._types)

    def defer(self, rows: Iterable[R], **shared: object) -> None:
        """Write rows at the latest with COMMIT, which then raises what this would (``execute_deferred``)."""
        if values := self._values(rows, shared):
            execute_deferred(self._statement, values)

    def run(self, rows: Iterable[R], **shared: object) -> int:
        """Write rows now. Returns how many were written."""
        if not (values := self._values(rows, shared)):
            return 0
        with connection.cursor() as cursor:
            cursor.execute(self._statement, values)
            return int(cursor.rowcount)

    def _values(self, rows: Iterable[R], shared: dict[str, object]) -> list[Any]:
        rows = list(rows)
        return self.values(rows, shared) if rows else []

    def values(self, rows: Sequence[R], shared: Mapping[str, object]) -> list[Any]:
        """The parameters of :meth:`sql`, also for no row at all."""
        none: list[tuple[Any, ...]] = [()] * len(self._fields)
        columns_ = zip(*map(attrgetter(*self._fields), rows), strict=True) if rows else none
        named = zip(self._fields, columns_, strict=True)
        written = [lines(column) if name in self._documents else array(column) for name, column in named]
        return [*(shared[name] for name in self._shared), *written]

    @cached_property
    def _documents(self) -> set[str]:
        """The fields that are JSON: a row has their text, of one line."""
        table = Table(self._model, self._types)
        return {name for name in self._fields if table.type(name) == "jsonb"}

    def sql(self) -> str:
        """The statement, which writes the rows that it is given."""
        return self._written(Table(self._model, self._types))

    @cached_property
    def _statement(self) -> Statement:
        return Statement(self.sql())

    def _written(self, table: Table) -> str:
        raise NotImplementedError

    def _insert(self, table: Table) -> str:
        written = ", ".join(map(table.column, (*self._shared, *self._kept, *self._computed)))
        values = [f"%s::{table.type(name)}" for name in self._shared]
        values += [f"new.{name}" for name in self._kept] + list(self._computed.values())
        return (
            f"INSERT INTO {table.name} AS kept ({written}) SELECT {', '.join(values)} "
            f"FROM unnest({table.arrays(self._fields)}) AS new ({', '.join(self._fields)})"
        )


class Insert(_Write[R]):
    """New rows, in the order given."""

    def _written(self, table: Table) -> str:
        return self._insert(table)


class InsertNew(Insert[R]):
    """New rows; those that exist already by a unique key are skipped.

    Args:
        order: the unique column in whose order rows are written, so that two writers of the same rows wait
            for each other and do not deadlock.
    """

    def __init__(
        self, model: type[Model], row: type[R], *, order: str, computed: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(model, row, computed=computed)
        self._order = order

    def _written(self, table: Table) -> str:
        return f"{self._insert(table)} ORDER BY new.{self._order} ON CONFLICT DO NOTHING"


class Update(_Write[R]):
    """Updates rows by key; lock them first if there are other writers.

    Args:
        key: the column, or several, by which a row is found.
        columns: which of the row's fields are written, besides; all of them, if None.
        where: what must be true of ``kept``, the row as it is, beside its key; ``new`` is the row given.
    """

    def __init__(
        self,
        model: type[Model],
        row: type[R],
        *,
        key: str | Sequence[str],
        columns: Sequence[str] | None = None,
        where: str = "",
        shared: Sequence[str] = (),
        computed: Mapping[str, str] | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(model, row, shared=shared, computed=computed, types=types)
        self._key, self._where = names_of(key), where
        changed = [name for name in self._kept if name not in self._key] if columns is None else columns
        self._changed = tuple(changed)
        self._fields = (*self._key, *self._changed, *self._types)

    def _written(self, table: Table) -> str:
        sets = [f"{table.column(name)} = %s::{table.type(name)}" for name in self._shared]
        sets += [f"{table.column(name)} = new.{name}" for name in self._changed]
        sets += [f"{table.column(name)} = {value}" for name, value in self._computed.items()]
        wanted = [f"kept.{table.column(name)} = new.{name}" for name in self._key]
        return (
            f"UPDATE {table.name} AS kept SET {', '.join(sets)} "
            f"FROM unnest({table.arrays(self._fields)}) AS new ({', '.join(self._fields)}) "
            f"WHERE {' AND '.join([*wanted, self._where] if self._where else wanted)}"
        )


class Upsert(_Write[R]):
    """Inserts new rows and updates existing ones, in the order of their key.

    Args:
        key: the column, or several, that are unique together.
        update: which fields a known row gets; all but the key, if None.
        add: which of them are added to what a known row has.
        where: what must be true of ``kept``, the row as it is, and of ``excluded``, what is given; otherwise
            the row stays as it is, and is not counted.
    """

    def __init__(
        self,
        model: type[Model],
        row: type[R],
        *,
        key: str | Sequence[str],
        update: Sequence[str] | None = None,
        add: Sequence[str] = (),
        where: str = "",
        shared: Sequence[str] = (),
        computed: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(model, row, shared=shared, computed=computed)
        self._key, self._add, self._where = names_of(key), frozenset(add), where
        written = (*self._shared, *self._kept, *self._computed)
        self._update = [name for name in written if name not in self._key] if update is None else list(update)

    def _written(self, table: Table) -> str:
        key = ", ".join(map(table.column, self._key))
        order = ", ".join(f"new.{name}" for name in self._key)
        sets = ", ".join(self._set(table.column(name), name) for name in self._update)
        made = f"{self._insert(table)} ORDER BY {order} ON CONFLICT ({key}) DO UPDATE SET {sets}"
        return f"{made} WHERE {self._where}" if self._where else made

    def _set(self, column: str, name: str) -> str:
        before = f"kept.{column} + " if name in self._add else ""
        return f"{column} = {before}excluded.{column}"
