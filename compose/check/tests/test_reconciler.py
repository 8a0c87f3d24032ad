"""``compose.events.reconciler`` notices what an inbox lacks, has it sent again, and nothing else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from compose.check.snapshot import Snapshot, first_id
from compose.check.tests.test_missing import TYPE, published
from compose.events import reconciler
from compose.events.missing import Gap
from compose.events.reconciler import Reconciler

#: Minutes that make an event old enough to be looked for, and young enough to be read again.
HALF_A_MINUTE = 0.5 / 24 / 60
FAR = "9999999999999-0"


class ObservedReconciler:
    """A reconciler over the test's own transactions, what it had sent again, and how many rows it read."""

    def __init__(self, databases: dict[str, Any], redis: Any) -> None:
        self.databases = databases
        self.sent: list[tuple[str, list[str]]] = []
        self.rows = 0
        self.reconciler = Reconciler(
            self.query, redis, lambda publisher, ids: self.sent.append((publisher, ids))
        )

    def query(self, service: str, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self.databases[service].cursor() as cursor:
            cursor.execute(sql, values)
            rows = list(cursor.fetchall())
        self.rows += len(rows)
        return rows

    def run(self) -> list[Gap]:
        return self.reconciler.run_once(datetime.now(UTC))


@pytest.fixture
def observed(snapshot: Snapshot, databases: dict[str, Any], streams: Any, auditor: Any) -> ObservedReconciler:
    """All of the story was handled. What is told from now on, billing has acknowledged, notification too."""
    observed = ObservedReconciler(databases, auditor)
    assert observed.run() == []
    return observed


def handled(databases: dict[str, Any], subscriber: str, id: UUID) -> None:
    """Its inbox knows the event."""
    with databases[subscriber].cursor() as cursor:
        cursor.execute(
            "INSERT INTO inbox (consumer, event_id, type) VALUES (%s, %s, %s)", [subscriber, str(id), TYPE]
        )


def lose_batches(databases: dict[str, Any]) -> None:
    """Everybody has acknowledged everything, as far as the publisher knows."""
    with databases["trading"].cursor() as cursor:
        cursor.execute("DELETE FROM outbox_batches")


def test_what_was_stolen_is_sent_again(observed: ObservedReconciler, databases: dict[str, Any]) -> None:
    id = published(databases, "1-1", age_days=HALF_A_MINUTE)
    handled(databases, "notification", id)
    assert observed.run() == [Gap("trading", "billing", (id,))]
    assert observed.sent == [("trading", [str(id)])]


def test_what_was_sent_again_is_waited_for_and_then_sent_once_more(
    observed: ObservedReconciler, databases: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = published(databases, "1-1", age_days=HALF_A_MINUTE)
    handled(databases, "notification", id)
    assert observed.run()
    assert observed.run() == []
    later = time.monotonic() + reconciler.MIN_BACKOFF_S
    monkeypatch.setattr(reconciler.time, "monotonic", lambda: later)
    assert observed.run()
    assert len(observed.sent) == 2
    handled(databases, "billing", id)
    monkeypatch.undo()
    assert observed.run() == []


@pytest.mark.parametrize("entry", [FAR, None], ids=["on its way", "unsent"])
def test_what_is_on_its_way_is_not_missing(
    observed: ObservedReconciler, databases: dict[str, Any], entry: str | None
) -> None:
    published(databases, entry, age_days=HALF_A_MINUTE)
    assert observed.run() == []


def test_what_fails_or_was_given_up_is_not_missing(
    observed: ObservedReconciler, databases: dict[str, Any]
) -> None:
    id = published(databases, "1-1", age_days=HALF_A_MINUTE)
    handled(databases, "notification", id)
    with databases["billing"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO failed_events (event_id, stream, type, subject, envelope, attempts, error, dead_at)"
            " VALUES (%s, 'events:trading', %s, 's', '{}', 10, 'e', now())",
            [str(id), TYPE],
        )
    assert observed.run() == []


def test_what_is_young_is_not_looked_for_yet(observed: ObservedReconciler, databases: dict[str, Any]) -> None:
    published(databases, "1-1", age_days=0)
    assert observed.run() == []


def test_behind_an_event_on_its_way_for_long_others_are_found(
    observed: ObservedReconciler, databases: dict[str, Any]
) -> None:
    published(databases, FAR, age_days=1)
    id = published(databases, "1-1", age_days=HALF_A_MINUTE)
    handled(databases, "notification", id)
    for _ in range(2):
        observed.reconciler.resent.clear()
        assert observed.run() == [Gap("trading", "billing", (id,))]


def test_a_type_that_a_service_newly_subscribes_to_is_sent_from_the_beginning(
    snapshot: Snapshot, databases: dict[str, Any], streams: Any, auditor: Any
) -> None:
    id = first_id(datetime.now(UTC) - timedelta(days=20))
    with databases["user"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox (id, type, subject, sequence, envelope) VALUES (%s, %s, 'user/1', 1, '{}')",
            [str(id), "user.account.registered.v1"],
        )
    handled(databases, "notification", id)  # so far it alone has handled it
    observed = ObservedReconciler(databases, auditor)  # a newer version starts
    gaps = observed.run()
    assert {gap.subscriber: gap.ids for gap in gaps} == {"trading": (id,), "billing": (id,)}
    assert observed.sent == [("user", [str(id)])]


def test_a_thief_of_a_password_takes_and_acknowledges(
    observed: ObservedReconciler, databases: dict[str, Any], streams: Any
) -> None:
    id = published(databases, None, age_days=HALF_A_MINUTE)
    entry = streams.xadd("events:trading", {"type": TYPE, "envelope": "{}"})
    with databases["trading"].cursor() as cursor:  # as the relay marks it
        cursor.execute(
            "WITH gone AS (DELETE FROM outbox_unsent RETURNING outbox_seq)"
            " INSERT INTO outbox_batches (last_entry, outbox_seqs)"
            " SELECT %s, array_agg(outbox_seq) FROM gone",
            [entry],
        )
    handled(databases, "notification", id)
    assert observed.run() == []
    streams.xreadgroup("billing", "thief", {"events:trading": ">"})
    assert observed.run() == []  # read, and still to be claimed by the service itself
    streams.xack("events:trading", "billing", entry)
    assert observed.run() == [Gap("trading", "billing", (id,))]


def test_a_server_that_is_down_is_waited_for(
    observed: ObservedReconciler, databases: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    id = published(databases, "1-1", age_days=HALF_A_MINUTE)
    handled(databases, "notification", id)

    def away(*_: Any) -> Any:
        raise ConnectionError

    for name in ("query", "redis", "replay"):
        with monkeypatch.context() as patch:
            patch.setattr(observed.reconciler, name, away)
            with pytest.raises((ConnectionError, AttributeError)):
                observed.run()
    assert observed.run() == [Gap("trading", "billing", (id,))]


def test_what_is_settled_is_not_read_again(
    observed: ObservedReconciler, databases: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "PAGE", 100)
    for _ in range(250):
        id = published(databases, "1-1", age_days=1)
        handled(databases, "notification", id)
        handled(databases, "billing", id)
    lose_batches(databases)
    observed.rows = 0
    assert observed.run() == []
    read = observed.rows
    observed.rows = 0
    assert observed.run() == []
    assert read - observed.rows >= 250
