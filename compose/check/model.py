"""What an invariant is, how it is looked for, and what is found of it.

Nothing here grows with the tables: PostgreSQL counts what one query finds; two services are compared
by digests first, and only where those differ row by row; see :class:`SameRows`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Protocol
from uuid import UUID

from compose.check.snapshot import Snapshot

Row = dict[str, Any]

#: How many violations of a check are kept to be shown; all are counted.
SAMPLE = 5
#: The buckets by which the rows of two services are compared; a power of two.
BUCKETS = 4096

#: Where a query says which time-ordered id (UUIDv7) has the age of its rows: ``/* since: leg.id */``.
_WINDOW = re.compile(r"/\* since: ([\w.]+) \*/")


@dataclass
class Finding:
    """What one check of an invariant found: how many violations, and the first few."""

    check: Check
    count: int = 0
    sample: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """One more violation."""
        self.count += 1
        if self.count <= SAMPLE:
            self.sample.append(row)


class Check(Protocol):
    """One way in which an invariant may be broken."""

    @property
    def name(self) -> str:
        """What is wrong then."""

    @property
    def services(self) -> tuple[str, ...]:
        """Whose databases it reads."""

    @property
    def streams(self) -> bool:
        """Whether it reads Redis."""

    @property
    def light(self) -> bool:
        """Whether it costs no more as the past grows: it can be limited to new rows, or reads little."""

    def run(self, snapshot: Snapshot) -> Finding:
        """Look for violations."""


@dataclass(frozen=True)
class Rows:
    """A query of one service's database; each row it gives is a violation.

    Attributes:
        name: what is wrong with such a row.
        service: whose database.
        sql: the query, its columns of different names. Where it says ``/* since: column */``, and the
            snapshot has a window, only what was made within the window is looked at.
        few: it reads tables that do not grow with what happens.
    """

    name: str
    service: str
    sql: str
    few: bool = False
    streams: ClassVar[bool] = False

    @property
    def services(self) -> tuple[str, ...]:
        return (self.service,)

    @property
    def light(self) -> bool:
        return self.few or bool(_WINDOW.search(self.sql))

    def run(self, snapshot: Snapshot) -> Finding:
        """PostgreSQL counts; a few rows come over."""
        query = _within(self.sql, snapshot.since)
        rows = snapshot.all(
            self.service, f"SELECT found.*, count(*) OVER () AS found_ FROM ({query}) AS found LIMIT {SAMPLE}"
        )
        count = rows[0]["found_"] if rows else 0
        return Finding(self, count, [{k: v for k, v in row.items() if k != "found_"} for row in rows])


@dataclass(frozen=True)
class SameRows:
    """Two queries, of two services, that must give the same rows.

    Both give columns of the same names in the same order. A row of one side without its equal on the
    other is a violation.

    The rows are divided into buckets by their key; each database counts its buckets and sums the hashes of
    their rows. Only buckets that differ are read, in the order of the key, side by side. Columns are of
    one kind on both sides, or everything would be read: a BIGINT and a NUMERIC are equal, but hash apart.

    Attributes:
        name: what is wrong when they differ.
        key: the column that identifies the rows of a side.
        one, other: ``(service, query)``.
    """

    name: str
    key: str
    one: tuple[str, str]
    other: tuple[str, str]
    streams: ClassVar[bool] = False

    @property
    def services(self) -> tuple[str, ...]:
        return (self.one[0], self.other[0])

    @property
    def light(self) -> bool:
        return all(_WINDOW.search(sql) for _, sql in (self.one, self.other))

    def run(self, snapshot: Snapshot) -> Finding:
        """Compare the digests, then the rows of the buckets that differ."""
        finding = Finding(self)
        if differing := self.differing(snapshot):
            left, right = (self._rows(side, differing, snapshot) for side in (self.one, self.other))
            for first, second in self._differences(left, right):
                finding.add({self.one[0]: first, self.other[0]: second})
        return finding

    def differing(self, snapshot: Snapshot) -> list[int]:
        """The buckets whose rows are not the same on both sides; each side counts at the same time."""
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(lambda side: self._digests(side, snapshot), (self.one, self.other))
        return sorted(bucket for bucket in one.keys() | other.keys() if one.get(bucket) != other.get(bucket))

    def _digests(self, side: tuple[str, str], snapshot: Snapshot) -> dict[int, tuple[int, Decimal]]:
        """Heap → how many rows, and the sum of their hashes. Equal values of one kind hash alike."""
        service, sql = side
        rows = snapshot.all(
            service,
            f"SELECT {self._bucket} AS bucket, count(*) AS rows, "
            "sum(hash_record_extended(found, 0)) AS digest "
            f"FROM ({_within(sql, snapshot.since)}) AS found GROUP BY 1",
        )
        return {row["bucket"]: (row["rows"], row["digest"]) for row in rows}

    @property
    def _bucket(self) -> str:
        return f"(hash_record(ROW(found.{self.key})) & {BUCKETS - 1})"

    def _rows(self, side: tuple[str, str], buckets: list[int], snapshot: Snapshot) -> Iterator[Row]:
        service, sql = side
        return snapshot.stream(
            service,
            f"SELECT * FROM ({_within(sql, snapshot.since)}) AS found "
            f'WHERE {self._bucket} IN ({", ".join(map(str, buckets))}) ORDER BY {self.key}::text COLLATE "C"',
        )

    def _differences(
        self, left: Iterator[Row], right: Iterator[Row]
    ) -> Iterator[tuple[Row | None, Row | None]]:
        """Both in the order of their keys: the pairs that are not equal, None for what is missing."""
        a, b = next(left, None), next(right, None)
        while a is not None or b is not None:
            key_a, key_b = self._sort_key(a), self._sort_key(b)
            first, second = (a if key_a <= key_b else None), (b if key_b <= key_a else None)
            if first != second:
                yield first, second
            if first is not None:
                a = next(left, None)
            if second is not None:
                b = next(right, None)

    def _sort_key(self, row: Row | None) -> tuple[bool, bool, str]:
        """What rows are ordered by, as PostgreSQL does: NULL last; and after the last row, nothing."""
        if row is None:
            return (True, True, "")
        return (False, row[self.key] is None, str(row[self.key]))


@dataclass(frozen=True)
class Invariant:
    """Something that must be true of the whole system.

    Attributes:
        id: ``I1`` …
        title: the truth, in a sentence.
        checks: what is looked for.
        always: it holds at every moment, whatever dies meanwhile; otherwise only when no order is on
            its way.
    """

    id: str
    title: str
    checks: tuple[Check, ...]
    always: bool


@dataclass
class Result:
    """What was found of one invariant."""

    invariant: Invariant
    findings: list[Finding]

    @property
    def count(self) -> int:
        """How many violations in all."""
        return sum(finding.count for finding in self.findings)


def run(invariants: tuple[Invariant, ...], snapshot: Snapshot) -> list[Result]:
    """Look for violations of each invariant in one snapshot; within a window, by what has one."""
    return [
        Result(
            invariant,
            [check.run(snapshot) for check in invariant.checks if snapshot.since is None or check.light],
        )
        for invariant in invariants
    ]


def _within(sql: str, since: UUID | None) -> str:
    """The query, looking only at what is not older than ``since``."""
    return sql if since is None else _WINDOW.sub(lambda column: f"AND {column[1]} >= '{since}'", sql)
