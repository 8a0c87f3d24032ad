"""What an invariant is, and what is found of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from compose.check.snapshot import Snapshot

Row = dict[str, Any]

#: How many violations of a check are kept to be shown; all are counted.
SAMPLE = 5


@dataclass(frozen=True)
class Rows:
    """A query of one service's database; each row it gives is a violation.

    Attributes:
        name: what is wrong with such a row.
        service: whose database.
        sql: the query.
    """

    name: str
    service: str
    sql: str

    def violations(self, snapshot: Snapshot) -> Iterator[Row]:
        """The rows."""
        return snapshot.rows(self.service, self.sql)


@dataclass(frozen=True)
class Same:
    """Two queries, of two services, that must give the same rows.

    Both give columns of the same names, the first a unique key, and are ordered by it as text or
    UUID. A row of one side without its equal on the other is a violation. Memory does not grow with
    the tables: both are read side by side.

    Attributes:
        name: what is wrong when they differ.
        one, other: ``(service, query)``.
    """

    name: str
    one: tuple[str, str]
    other: tuple[str, str]

    def violations(self, snapshot: Snapshot) -> Iterator[Row]:
        """``{<service>: row or None, <other service>: row or None}`` for each difference."""
        left, right = snapshot.rows(*self.one), snapshot.rows(*self.other)
        a, b = next(left, None), next(right, None)
        while a is not None or b is not None:
            key_a, key_b = _key(a), _key(b)
            first, second = (a if key_a <= key_b else None), (b if key_b <= key_a else None)
            if first != second:
                yield {self.one[0]: first, self.other[0]: second}
            if first is not None:
                a = next(left, None)
            if second is not None:
                b = next(right, None)


def _key(row: Row | None) -> tuple[bool, bool, str]:
    """What rows are ordered by, as PostgreSQL does: NULL last; and after the last row, nothing."""
    if row is None:
        return (True, True, "")
    key = next(iter(row.values()))
    return (False, key is None, str(key))


@dataclass(frozen=True)
class Invariant:
    """Something that must be true of the whole system.

    Attributes:
        id: ``I1`` …
        title: the truth, in a sentence.
        checks: what is looked for.
        always: it holds at every moment; otherwise only when no order is on its way.
    """

    id: str
    title: str
    checks: tuple[Rows | Same, ...]
    always: bool


@dataclass
class Finding:
    """What one check of an invariant found: how many violations, and the first few."""

    check: Rows | Same
    count: int = 0
    sample: list[Row] = field(default_factory=list)


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
    """Look for violations of each invariant in one snapshot."""
    results = []
    for invariant in invariants:
        findings = []
        for check in invariant.checks:
            finding = Finding(check)
            for row in check.violations(snapshot):
                finding.count += 1
                if finding.count <= SAMPLE:
                    finding.sample.append(row)
            findings.append(finding)
        results.append(Result(invariant, findings))
    return results
