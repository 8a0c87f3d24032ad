"""Columns of values for set-based SQL: ``FROM unnest(%s::uuid[], %s::bigint[])``."""

from __future__ import annotations

from collections.abc import Iterable

import orjson


def array(values: Iterable[object]) -> str:
    """Write values as one PostgreSQL array literal, for a parameter that is cast: ``%s::uuid[]``.

    A list would become ``ARRAY['…', '…']``, which psycopg2 quotes and PostgreSQL parses element by
    element: inserting 200 rows of 12 columns so costs twice the CPU. The literal is one constant. It is
    JSON's in other brackets, and orjson writes a column of ids ten times as fast as Python.

    Args:
        values: whose ``str`` PostgreSQL reads as the column's type (text, int, UUID, Decimal,
            datetime, bool); None is NULL.
    """
    column = list(values)
    literal = orjson.dumps(column, default=str).decode()
    if "\\" in literal:  # JSON has escapes, of a new line for example, that mean something else here
        return "{" + ",".join(map(_element, column)) + "}"
    return "{" + literal[1:-1] + "}"


def columns(rows: Iterable[tuple[object, ...]]) -> list[str]:
    """Write rows as one array literal a column: the parameters of an ``unnest`` of several.

    Args:
        rows: at least one, all of the same length.
    """
    return [array(column) for column in zip(*rows, strict=True)]


def lines(texts: Iterable[str]) -> str:
    r"""Write texts without a line break, JSON for one, as one parameter: ``string_to_array(%s, E'\n')``.

    In an array literal each quote of a JSON text is escaped, and the escape once more in the statement:
    for an envelope that is more than what PostgreSQL then does with it.

    Args:
        texts: none of them empty.
    """
    return "\n".join(texts)


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
