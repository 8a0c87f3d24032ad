"""All instruments, or those of a type, by ticker: read from an index alone, however far the page is."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

_TYPES = """
WITH RECURSIVE known (type) AS (
    SELECT min(type) FROM search_searchentry
    UNION ALL
    SELECT (SELECT min(type) FROM search_searchentry WHERE type > known.type)
    FROM known WHERE type IS NOT NULL
)
SELECT type FROM known
"""


def entries_count(*, type: str = "") -> int:
    """How many instruments are quoted.

    Args:
        type: only of this type.
    """
    where, params = _of(type)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM search_searchentry {where}", params)
        (count,) = cursor.fetchone()
    return int(count)


def entry_types() -> list[str]:
    """The types of which any instrument is quoted, from A to Z: one look at the index for each."""
    with connection.cursor() as cursor:
        cursor.execute(_TYPES)
        return [type for (type,) in cursor.fetchall() if type is not None]


def entries_page(offset: int, limit: int, *, type: str = "", descending: bool = False) -> list[UUID]:
    """The ids of the quoted instruments from ``offset`` on, by ticker.

    Args:
        type: only of this type.
    """
    where, params = _of(type)
    order = "DESC" if descending else "ASC"
    with connection.cursor() as cursor:
        page = f"SELECT instrument_id FROM search_searchentry {where} ORDER BY ticker {order}"
        cursor.execute(f"{page} LIMIT %s OFFSET %s", [*params, limit, offset])
        return [id_ for (id_,) in cursor.fetchall()]


def _of(type: str) -> tuple[str, list[str]]:
    return ("WHERE type = %s", [type]) if type else ("", [])
