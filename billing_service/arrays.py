"""For set-based SQL: a column of values as one parameter, to be taken apart again by ``unnest``."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def array(values: Iterable[UUID | int | str | None]) -> str:
    """A PostgreSQL array literal of values whose text needs no quotes: ids, numbers, words of our own.

    One text that the server reads with the type's own input function; a Python list would be written
    as an ``ARRAY[…]`` of expressions, which it has to parse one by one.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def words(values: Iterable[str]) -> str:
    """The same of any text."""
    return "{" + ",".join([f'"{value.translate(_ESCAPES)}"' for value in values]) + "}"
