"""The statements of every event stay cheap, however large the tables are."""

from __future__ import annotations

from servicekit.testing.plans import whole_reads


def test_what_is_planned_once_is_planned_for_large_tables(db: None) -> None:
    reads = whole_reads("market_service", "servicekit.messaging", "servicekit.api")
    assert reads == {
        "servicekit.messaging.relay._UNSENT": {"outbox_unsent", "stream_state"}
    }  # the oldest; one row
