"""Building blocks of ``servicekit.database.bulk``: a model's table, the fields of a row class."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Model


class Table:
    """A model's table: its name, and its columns with PostgreSQL's types of them."""

    def __init__(self, model: type[Model], types: Mapping[str, str] | None = None) -> None:
        self.name = model._meta.db_table
        self._fields = {field.attname: field for field in model._meta.concrete_fields}
        self._types = types or {}

    def column(self, name: str) -> str:
        """The column of a field."""
        return str(self._fields[name].column)

    def type(self, name: str) -> str:
        """A field's type, without a length: a cast to ``varchar(4)`` would cut silently."""
        if name in self._types:
            return self._types[name]
        type_ = str(self._fields[name].db_type(connection)).split("(")[0]
        return "text" if type_ == "varchar" else type_

    def arrays(self, names: Iterable[str]) -> str:
        """The parameters of an ``unnest``. JSON comes as lines: see :func:`servicekit.arrays.lines`."""
        return ", ".join(
            "string_to_array(%s, E'\\n')::jsonb[]"
            if self.type(name) == "jsonb"
            else f"%s::{self.type(name)}[]"
            for name in names
        )


def names_of(names: str | Sequence[str]) -> tuple[str, ...]:
    """Columns that are given as one name or as several."""
    return (names,) if isinstance(names, str) else tuple(names)


def fields_of(row: type) -> tuple[str, ...]:
    """All fields of a row class."""
    if dataclasses.is_dataclass(row):
        return tuple(field.name for field in dataclasses.fields(row))
    return tuple(row._fields)  # type: ignore[attr-defined]


def required_of(row: type) -> tuple[str, ...]:
    """The fields of a row class that have no default."""
    if dataclasses.is_dataclass(row):
        missing = dataclasses.MISSING
        return tuple(
            field.name
            for field in dataclasses.fields(row)
            if field.default is missing and field.default_factory is missing
        )
    return tuple(name for name in fields_of(row) if name not in row._field_defaults)  # type: ignore[attr-defined]
