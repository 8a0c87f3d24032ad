"""Values become the same values in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from servicekit.arrays import array, lines
from servicekit.ids import new_id


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "text",
            ["", "a", "NULL", "null", None, 'a "quoted" one', "back\\slash", "{b,c}", "it's", "é\n\t", " "],
        ),
        ("text", ["", "a", "NULL", "null", None, "{b,c}", "it's", "é", " ", "/"]),
        ("text", ["two\nlines", "\x01", None]),
        ("text", ["{}", "{", "a,b", ",", "[]", "\\", '"', "\\n", "😀", "\x7f", "\u2028"]),
        ("text", ["😀", "a,b", "[]", "{}", None]),
        ("uuid", [new_id(), None]),
        ("bigint", [0, -5, 10**18, 2**63 - 1, -(2**63), None]),
        ("numeric", [Decimal("430.470000"), Decimal("1E+3"), None]),
        ("timestamptz", [datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC), None]),
        ("timestamptz", [datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=3)))]),
        ("boolean", [True, False, None]),
        ("jsonb", ['{"a": "b\\"c"}']),
        ("text", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_array_is_read_back_as_it_was(kind: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT value::text FROM unnest(%s::{kind}[]) AS of (value)", [array(values)])
        read = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"SELECT value::text FROM unnest(%s::{kind}[]) AS of (value)", [list(map(_plain, values))]
        )
        assert read == [row[0] for row in cursor.fetchall()]
    assert len(read) == len(values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "texts",
    [
        ['{"a": "it\'s \\"quoted\\", \\\\ and \\n"}', "{}", '["%s", "é😀"]', "NULL", " "],
        ["only one"],
        [],
    ],
    ids=str,
)
def test_lines_are_read_back_as_they_were(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT of FROM unnest(string_to_array(%s, E'\n')) AS of", [lines(texts)])
        assert [row[0] for row in cursor.fetchall()] == texts


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else str(value)
