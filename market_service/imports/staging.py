"""Sorts any number of rows on disk, so that memory use does not depend on the size of a file.

SQLite's own temporary database holds them, in the folder of temporary files (``SQLITE_TMPDIR``, ``TMPDIR``);
nothing of it is left when it is closed.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

#: KiB that SQLite keeps in memory; rows that are put down at a time.
_CACHE, _PORTION = 16_384, 5_000


class StagedRow(NamedTuple):
    """One good row: prices as decimal texts, ``volume`` too."""

    ticker: str
    day: str
    at: int
    member: int
    line: int
    open: str
    high: str
    low: str
    close: str
    volume: str
    adj_close: str

    @property
    def values(self) -> tuple[Decimal, ...]:
        """What it says, comparable."""
        return tuple(map(Decimal, self[5:]))


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Say in the words of the operating system what SQLite says of the disk.

    Raises:
        OSError: it is full, or broken.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(
            errno.ENOSPC, f"{error} (rows are put in order in the folder of temporary files)"
        ) from None


class Staging:
    """The valid rows of a file. Must be closed."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            f"""
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
            PRAGMA cache_size = -{_CACHE};
            CREATE TABLE rows (ticker TEXT, day TEXT, at INT, member INT, line INT, open TEXT, high TEXT,
                low TEXT, close TEXT, volume TEXT, adj_close TEXT);
            BEGIN;
            """
        )
        self._waiting: list[tuple] = []
        self._ordered = False

    def add(self, row: tuple) -> None:
        """Put down a row, in the order of :class:`StagedRow`.

        Raises:
            OSError: the disk is full.
        """
        self._waiting.append(row)
        if len(self._waiting) >= _PORTION:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        with _disk_errors():
            self._database.executemany("INSERT INTO rows VALUES (?,?,?,?,?,?,?,?,?,?,?)", self._waiting)
        self._waiting.clear()

    def days(self) -> Iterator[list[StagedRow]]:
        """By ticker and day: the rows of that day in the order of their time, then of the file."""
        self._write()
        if not self._ordered:
            with _disk_errors():
                self._database.execute(
                    "CREATE TABLE ordered AS SELECT * FROM rows ORDER BY ticker, day, at, member, line"
                )
                self._database.execute("DROP TABLE rows")
            self._ordered = True
        cursor = self._database.execute("SELECT * FROM ordered ORDER BY rowid")
        own: list[StagedRow] = []
        for row in map(StagedRow._make, cursor):
            if own and (row[1] != own[0][1] or row[0] != own[0][0]):
                yield own
                own = []
            own.append(row)
        if own:
            yield own

    def close(self) -> None:
        """Forget everything."""
        self._database.close()
