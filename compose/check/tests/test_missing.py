"""``compose.events`` finds what a subscriber lacks, and only that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from compose.check.snapshot import Snapshot
from compose.events.missing import Gap, gaps
from servicekit.ids import new_id

TYPE = "trading.order.filled.v1"


def published(databases: dict[str, Any], entry: str | None, *, age_days: float = 0) -> UUID:
    """Trading publishes a fill."""
    made = datetime.now(UTC) - timedelta(days=age_days)
    id = UUID(int=(int(made.timestamp() * 1000) << 80) | (new_id().int & ((1 << 80) - 1)))
    with databases["trading"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox (id, type, subject, sequence, envelope) VALUES (%s, %s, %s, 1, '{}')"
            " RETURNING outbox_seq",
            [str(id), TYPE, f"order/{id}"],
        )
        (seq,) = cursor.fetchone()
        if entry:
            cursor.execute(
                "INSERT INTO outbox_batches (last_entry, outbox_seqs) VALUES (%s, %s)", [entry, [seq]]
            )
        else:
            cursor.execute("INSERT INTO outbox_unsent VALUES (%s)", [seq])
    return id


@pytest.fixture(autouse=True)
def _acknowledged(snapshot: Snapshot, databases: dict[str, Any]) -> None:
    """Billing and notification have handled all of the story, and trading's stream up to far away."""
    with databases["trading"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO stream_groups (name, acknowledged, seen_at)"
            " VALUES ('billing', '2000-5', now()), ('notification', '1000-0', now())"
        )


def test_nothing_is_missing(snapshot: Snapshot) -> None:
    assert gaps(snapshot) == []


def test_what_was_acknowledged_and_is_not_in_the_inbox(snapshot: Snapshot, databases: dict[str, Any]) -> None:
    ids = [published(databases, "1000-0"), published(databases, "2000-5")]
    published(databases, "2000-6")  # still on the stream
    published(databases, None)  # still in the outbox
    for service in ("billing", "notification"):
        with databases[service].cursor() as cursor:
            cursor.execute("DELETE FROM failed_events")
    assert gaps(snapshot) == [
        Gap("trading", "billing", tuple(ids)),
        Gap("trading", "notification", (ids[0],)),
    ]
    with databases["billing"].cursor() as cursor:  # one is tried again, one has come
        cursor.execute(
            "INSERT INTO failed_events (event_id, stream, type, subject, envelope, attempts, error)"
            " VALUES (%s, 'events:trading', %s, 's', '{}', 1, 'e')",
            [str(ids[0]), TYPE],
        )
        cursor.execute(
            "INSERT INTO inbox (consumer, event_id, type) VALUES ('billing', %s, %s)", [str(ids[1]), TYPE]
        )
    assert gaps(snapshot) == [Gap("trading", "notification", (ids[0],))]


def test_what_an_inbox_has_forgotten_is_not_missing(snapshot: Snapshot, databases: dict[str, Any]) -> None:
    published(databases, "1-5", age_days=50)
    lacked = published(databases, "1-6", age_days=40)
    for service in ("billing", "notification"):
        with databases[service].cursor() as cursor:
            cursor.execute(
                "INSERT INTO removed_events (side, type, day, count, digest)"
                " VALUES ('inbox', %s, current_date - 45, 1, 1)",
                [TYPE],
            )
    assert [gap.ids for gap in gaps(snapshot)] == [(lacked,), (lacked,)]
