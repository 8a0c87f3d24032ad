"""The checker is proven: a consistent system is clean, and every seeded violation is found."""

from __future__ import annotations

from typing import Any

import pytest

from compose.check.invariants import INVARIANTS
from compose.check.model import Rows, run
from compose.check.snapshot import Snapshot
from compose.check.tests.violations import LIFT, VIOLATIONS


def test_a_consistent_system_is_clean(snapshot: Snapshot) -> None:
    found = [
        (result.invariant.id, finding.check.name, finding.sample)
        for result in run(INVARIANTS, snapshot)
        for finding in result.findings
        if finding.count
    ]
    assert found == []


@pytest.mark.parametrize(
    ("invariant", "name", "service", "statements"),
    VIOLATIONS,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(VIOLATIONS)],
)
def test_a_violation_is_found(
    snapshot: Snapshot, databases: dict[str, Any], invariant: str, name: str, service: str, statements: str
) -> None:
    with databases[service].cursor() as cursor:
        cursor.execute(LIFT)
        cursor.execute(statements)

    results = {result.invariant.id: result for result in run(INVARIANTS, snapshot)}

    found = {finding.check.name: finding for finding in results[invariant].findings}
    assert found[name].count >= 1
    assert found[name].sample


def test_every_check_of_every_invariant_is_proven_so() -> None:
    checks = {(invariant.id, check.name) for invariant in INVARIANTS for check in invariant.checks}
    assert {(invariant, name) for invariant, name, _, _ in VIOLATIONS} == checks


def test_ids_are_those_of_the_reliability_rules() -> None:
    wanted = [f"I{number}" for number in (*range(1, 9), *range(13, 17))]
    assert [invariant.id for invariant in INVARIANTS] == wanted


def test_what_holds_always_is_looked_for_in_one_database_only() -> None:
    for invariant in INVARIANTS:
        if invariant.always:
            assert all(isinstance(check, Rows) for check in invariant.checks)
