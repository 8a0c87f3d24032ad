"""The checker is proven: a consistent system is clean, and every seeded violation is found."""

from __future__ import annotations

import itertools
from typing import Any

import psycopg2
import pytest

from compose.check.invariants import INVARIANTS
from compose.check.model import Finding, Rows, SameRows, run
from compose.check.snapshot import SERVICES, Snapshot, first_id
from compose.check.tests import rows
from compose.check.tests.names import (
    ACCOUNT,
    BEGUN,
    BUY,
    BUY_ENTRY,
    BUY_EXECUTED,
    BUY_FILL,
    DEPOSIT_ENTRY,
    EXTERNAL,
    OPEN_BUY,
    OTHER,
)
from compose.check.tests.violations import LIFT, STREAM_VIOLATIONS, VIOLATIONS
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES
from tests.contracts.source import SERVICES as SERVICE_PACKAGES
from tests.contracts.source import subscribed

STATUSES = ("accepted", "working", "partially_filled", "filled", "rejected", "canceled", "expired")
NOT_ALLOWED = "an order's change of state that is not allowed"


def found(snapshot: Snapshot, *, invariant: str = "") -> dict[str, Finding]:
    """What is wrong: check → finding."""
    looked_for = tuple(entry for entry in INVARIANTS if invariant in ("", entry.id))
    return {
        finding.check.name: finding
        for result in run(looked_for, snapshot)
        for finding in result.findings
        if finding.count
    }


def test_a_consistent_system_is_clean(snapshot: Snapshot) -> None:
    assert found(snapshot) == {}


def test_and_is_known_to_be_by_digests_alone(snapshot: Snapshot) -> None:
    """What is the same on both sides is written the same, or all of it would be read row by row."""
    for check in (check for invariant in INVARIANTS for check in invariant.checks):
        if isinstance(check, SameRows):
            assert check.differing(snapshot) == [], check.name


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

    finding = found(snapshot, invariant=invariant)[name]

    assert finding.count >= 1
    assert finding.sample
    if finding.check.light:  # a window that it falls into shows it as well
        snapshot.since = first_id(BEGUN)
        assert found(snapshot, invariant=invariant)[name].count == finding.count


@pytest.mark.parametrize(
    ("invariant", "name", "breaks"),
    STREAM_VIOLATIONS,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(STREAM_VIOLATIONS)],
)
def test_a_violation_on_the_streams_is_found(
    snapshot: Snapshot, streams: Any, invariant: str, name: str, breaks: Any
) -> None:
    breaks(streams)

    finding = found(snapshot, invariant=invariant)[name]

    assert finding.count == 1
    assert finding.sample


def test_a_fill_of_several_executions_and_an_order_to_be_replaced_are_no_violation(
    snapshot: Snapshot, databases: dict[str, Any]
) -> None:
    with databases["trading"].cursor() as cursor:
        cursor.execute(LIFT)
        cursor.execute(
            f"""
            UPDATE orders_fill SET value = 430.40, liquidity = 'taker', executions = '[
                ["{BUY_FILL}", "{BUY_FILL}", "9", "43.04", "taker", "house"],
                ["{OTHER}", "{OTHER}", "1", "43.04", "taker", "customer"]]'
            WHERE id = '{BUY_FILL}'
            """
        )
        cursor.execute(rows.replacement(OPEN_BUY, OTHER, 6, "10"))
        cursor.execute(rows.answer(f"key-{OTHER}", OPEN_BUY, replaced_by=OTHER))
    assert found(snapshot, invariant="I7") == {}
    assert found(snapshot, invariant="I17") == {}


def test_an_execution_of_an_order_as_it_came_and_as_it_rested_changes_it_twice(
    snapshot: Snapshot, databases: dict[str, Any]
) -> None:
    with databases["trading"].cursor() as cursor:
        cursor.execute(LIFT)
        cursor.execute(rows.fill(OTHER, BUY, 1, "43.04", 4304, 2))
        cursor.execute(
            f"""
            UPDATE orders_fill SET liquidity = CASE id WHEN '{OTHER}' THEN 'maker' ELSE 'taker' END,
                executed_at = '2026-09-24T00:00:00Z'
            WHERE order_id = '{BUY}'
            """
        )
        cursor.execute(rows.change(BUY, 4, "partially_filled", "filled", BUY_EXECUTED))
    assert "an event that changed an order twice" not in found(snapshot, invariant="I8")


def test_every_check_of_every_invariant_is_proven_so() -> None:
    checks = {(invariant.id, check.name) for invariant in INVARIANTS for check in invariant.checks}
    proven = [(invariant, name) for invariant, name, *_ in (*VIOLATIONS, *STREAM_VIOLATIONS)]
    assert set(proven) == checks


def test_ids_are_those_of_the_reliability_rules() -> None:
    assert [invariant.id for invariant in INVARIANTS] == [f"I{number}" for number in range(1, 23)]


def test_what_holds_always_is_looked_for_in_one_database_only() -> None:
    """Two databases are not read at the same moment, and Redis may be away."""
    assert [invariant.id for invariant in INVARIANTS if invariant.always] == [f"I{n}" for n in range(1, 11)]
    for invariant in INVARIANTS:
        if invariant.always:
            assert all(isinstance(check, Rows) for check in invariant.checks)


def test_a_reversed_deposit_is_no_violation(snapshot: Snapshot, databases: dict[str, Any]) -> None:
    legs = [rows.leg(OTHER, account, 6, "reversal", -1, 0) for account in (ACCOUNT, EXTERNAL)]
    with databases["billing"].cursor() as cursor:
        cursor.execute(LIFT)
        cursor.execute(rows.entry(OTHER, "reversal", OTHER))
        cursor.execute(f"UPDATE ledger_journalentry SET reverses_id = '{DEPOSIT_ENTRY}' WHERE id = '{OTHER}'")
        for statement in legs:
            cursor.execute(statement)
        cursor.execute(
            "UPDATE ledger_ledgerentry SET amount = -original.amount FROM ledger_ledgerentry AS original "
            f"WHERE ledger_ledgerentry.journal_entry_id = '{OTHER}' "
            f"AND original.journal_entry_id = '{DEPOSIT_ENTRY}' "
            "AND original.account_id = ledger_ledgerentry.account_id"
        )
        cursor.execute(
            "UPDATE ledger_ledgeraccount SET balance = balance + leg.amount FROM ledger_ledgerentry AS leg "
            f"WHERE leg.account_id = ledger_ledgeraccount.id AND leg.journal_entry_id = '{OTHER}'"
        )

    assert found(snapshot, invariant="I16") == {}


def test_a_withdrawal_is_no_violation(snapshot: Snapshot, databases: dict[str, Any]) -> None:
    with databases["billing"].cursor() as cursor:
        cursor.execute(LIFT)
        for statement in (
            rows.entry(OTHER, "withdrawal", OTHER),
            rows.leg(OTHER, ACCOUNT, 6, "withdrawal", -5, 0),
            rows.leg(OTHER, EXTERNAL, 2, "withdrawal", 5, 0),
            rows.withdrawal(OTHER, 5),
            f"UPDATE ledger_ledgeraccount SET balance = balance - 5 WHERE id = '{ACCOUNT}'",
            f"UPDATE ledger_ledgeraccount SET balance = balance + 5 WHERE id = '{EXTERNAL}'",
        ):
            cursor.execute(statement)

    assert found(snapshot, invariant="I16") == {}


@pytest.mark.parametrize("price", ["10", "45"])
def test_an_order_between_the_houses_prices_is_no_violation(
    snapshot: Snapshot, databases: dict[str, Any], price: str
) -> None:
    """The half spread that nobody has set goes by the price: 0.01 at 10 and 0.03 at 45."""
    with databases["market"].cursor() as cursor:
        cursor.execute(rows.quote(price))
        assert found(snapshot, invariant="I6") == {}
        cursor.execute("UPDATE instruments_instrument SET half_spread = 0")
    assert "the house passed over an order that it reached" in found(snapshot, invariant="I6")


def test_a_settlement_that_was_put_right_again_is_no_violation(
    snapshot: Snapshot, databases: dict[str, Any]
) -> None:
    """Reversed once, and the reversal reversed: money and units belong together as before."""
    name, again = "a settlement that was reversed: its money went back, its units did not", OTHER[:-1] + "8"
    with databases["billing"].cursor() as cursor:
        cursor.execute(LIFT)
        cursor.execute(rows.entry(OTHER, "reversal", OTHER))
        cursor.execute(f"UPDATE ledger_journalentry SET reverses_id = '{BUY_ENTRY}' WHERE id = '{OTHER}'")
        assert found(snapshot, invariant="I16")[name].count == 1
        cursor.execute(rows.entry(again, "reversal", again, number=100))
        cursor.execute(f"UPDATE ledger_journalentry SET reverses_id = '{OTHER}' WHERE id = '{again}'")
        assert name not in found(snapshot, invariant="I16")


@pytest.mark.parametrize("sides", [("outbox",), ("outbox", "inbox")])
def test_what_retention_removed_is_still_proven(
    snapshot: Snapshot, databases: dict[str, Any], sides: tuple[str, ...]
) -> None:
    """A publisher forgets sooner than its subscribers; what is gone counts as it did when it was there."""
    for side, id in (("outbox", "id"), ("inbox", "event_id")):
        for service in SERVICES if side in sides else ():
            with databases[service].cursor() as cursor:
                cursor.execute(LIFT)
                cursor.execute(f"SELECT DISTINCT type FROM {side}")
                for (type,) in cursor.fetchall():
                    gone = f"SELECT {id} FROM {side} WHERE type = '{type}'"
                    cursor.execute(rows.removed(side, type, events=gone))
                cursor.execute(f"DELETE FROM {side}")

    assert found(snapshot) == {}

    with databases["trading"].cursor() as cursor:
        cursor.execute("UPDATE removed_events SET digest = digest + 1 WHERE type = 'trading.order.placed.v1'")
    assert found(snapshot).keys() == {"what trading published is not what billing handled"}


def test_the_auditor_knows_who_subscribes_to_what() -> None:
    subscriptions = {
        service: {contract.TYPE for _, contract in subscribed(package)}
        for service, package in SERVICE_PACKAGES.items()
    }
    assert {service: set(types) for service, types in SUBSCRIBED_TYPES.items()} == subscriptions


def test_a_change_is_allowed_here_that_the_database_allows(
    snapshot: Snapshot, databases: dict[str, Any]
) -> None:
    refused: set[tuple[str, ...]] = set()
    every = list(itertools.product(("", *STATUSES), repeat=2))
    with databases["trading"].cursor() as cursor:
        for change in every:
            cursor.execute("SAVEPOINT before")
            try:
                cursor.execute(rows.change(OPEN_BUY, 9, *change))
            except psycopg2.errors.CheckViolation:
                refused.add(change)
            cursor.execute("ROLLBACK TO before")
        cursor.execute(LIFT)

        for change in every:
            cursor.execute("SAVEPOINT before")
            cursor.execute(rows.change(OPEN_BUY, 9, *change))
            illegal = NOT_ALLOWED in found(snapshot, invariant="I9")
            cursor.execute("ROLLBACK TO before")
            assert illegal == (change in refused), change
