"""Loading a file of daily prices: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from market_service.file_errors import FileError, FileErrors
from market_service.quotes.errors import PricesInvalid
from market_service.quotes.services.price_file import PriceRow, price_rows

#: Rows of one INSERT.
CHUNK = 4000


@dataclass(frozen=True)
class PricesImported:
    """How many rows were new, replaced another price of that day, or were there already."""

    created: int
    changed: int
    unchanged: int

    @property
    def total(self) -> int:
        return self.created + self.changed + self.unchanged


def prices_import(*, path: Path, instrument_ids: Mapping[str, UUID]) -> PricesImported:
    """Load daily prices; the price of a day that is there already is replaced.

    Quotes are not touched: what was is not what is.

    Args:
        path: see :mod:`market_service.quotes.services.price_file`.
        instrument_ids: ticker → id of what is listed.

    Raises:
        PricesInvalid: there are bad rows; nothing was loaded.
        OSError: the file cannot be read.
    """
    errors = FileErrors()
    created = changed = total = 0
    with transaction.atomic():
        for rows in _chunks(price_rows(path, tickers=instrument_ids, today=timezone.now().date()), errors):
            if rows and not errors:
                new, replaced = _upsert(rows, instrument_ids)
                created, changed, total = created + new, changed + replaced, total + len(rows)
        if errors:
            raise PricesInvalid(errors=errors, file=path.name)
    return PricesImported(created, changed, total - created - changed)


def prices_check(*, path: Path, tickers: Container[str]) -> set[str]:
    """Read a file of daily prices without loading it. Returns the tickers that have any.

    Raises:
        PricesInvalid: there are bad rows.
        OSError: the file cannot be read.
    """
    errors = FileErrors()
    found: set[str] = set()
    for rows in _chunks(price_rows(path, tickers=tickers, today=timezone.now().date()), errors):
        found.update(row.ticker for row in rows)
    if errors:
        raise PricesInvalid(errors=errors, file=path.name)
    return found


def _chunks(rows: Iterator[PriceRow | FileError], errors: FileErrors) -> Iterator[list[PriceRow]]:
    """The good rows, so many at a time; the bad ones are added to the errors."""
    chunk: list[PriceRow] = []
    for row in rows:
        if isinstance(row, FileError):
            errors.add(row)
            continue
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _upsert(rows: Sequence[PriceRow], instrument_ids: Mapping[str, UUID]) -> tuple[int, int]:
    """Insert rows or replace what differs. Returns how many were new, and how many replaced.

    Columns go as PostgreSQL array literals (the texts are checked: digits, points and dashes), which
    is as fast as COPY here and needs no temporary table. ``xmax = 0`` tells a new row from an updated one.
    """
    ids = [instrument_ids[row.ticker] for row in rows]
    columns = [ids, *(list(column) for column in list(zip(*rows, strict=True))[1:])]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO quotes_dailyprice AS kept
                    (instrument_id, date, open, high, low, close, volume, adj_close)
                SELECT * FROM unnest(
                    %s::uuid[], %s::date[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[],
                    %s::bigint[], %s::numeric[])
                ON CONFLICT (instrument_id, date) DO UPDATE SET
                    open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close,
                    volume = EXCLUDED.volume, adj_close = EXCLUDED.adj_close
                WHERE (kept.open, kept.high, kept.low, kept.close, kept.volume, kept.adj_close)
                    IS DISTINCT FROM (EXCLUDED.open, EXCLUDED.high, EXCLUDED.low, EXCLUDED.close,
                                      EXCLUDED.volume, EXCLUDED.adj_close)
                RETURNING xmax = 0 AS created)
            SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written
            """,
            ["{" + ",".join(map(str, column)) + "}" for column in columns],
        )
        created, replaced = cursor.fetchone()
    return created, replaced
