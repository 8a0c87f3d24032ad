"""With many users and notifications, each query reads what it needs by an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from notification_service.inbox.models import Notification
from notification_service.tests.events import filled
from servicekit.ids import new_id
from servicekit.testing.plans import Plan, plans_of, whole_reads

pytestmark = pytest.mark.django_db

TABLE = "notification_inbox_notification"

SEED = """
WITH users AS (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, 300))
INSERT INTO notification_inbox_notification
    (id, user_id, kind, channel, source_event_id, params, request_id, created_at, read_at)
SELECT gen_random_uuid(), ids[1 + n % 300], 'welcome', 'in_app', gen_random_uuid(),
       '{"username": "anna"}', '', now() - n * interval '1 second', CASE WHEN n % 10 > 0 THEN now() END
FROM users, generate_series(1, 20000) AS n
"""


@pytest.fixture
def reader() -> UUID:
    """One of 300 users with 20,000 notifications, nine of ten read."""
    with connection.cursor() as cursor:
        cursor.execute(SEED)
        cursor.execute(f"ANALYZE {TABLE}")
    return Notification.objects.filter(read_at=None).values_list("user_id", flat=True)[0]


def on_notifications(run: Callable[[], object]) -> list[Plan]:
    return [plan for plan in plans_of(run) if TABLE in plan.tables]


def test_the_pages_are_read_by_index(api: Any, reader: UUID) -> None:
    page, count = on_notifications(lambda: api(reader).get("/api/v1/notifications"))
    assert page.indexes == {"notification_newest"}
    assert count.indexes == {"notification_unread"}
    for plan in on_notifications(lambda: api(reader).get("/api/v1/notifications?unread=true")):
        assert plan.indexes
        assert not plan.read_whole


def test_marking_is_done_by_index(api: Any, reader: UUID) -> None:
    one = Notification.objects.filter(user_id=reader).first()
    for address in (f"{one.id}/read", "read-all"):
        plans = on_notifications(lambda address=address: api(reader).post(f"/api/v1/notifications/{address}"))
        assert plans
        for plan in plans:
            assert plan.indexes, plan.sql
            assert not plan.read_whole, plan.sql


def test_creating_reads_no_notifications(deliver_many: Any, reader: UUID) -> None:
    (plan,) = on_notifications(lambda: deliver_many([filled(new_id()) for _ in range(50)]))
    assert not plan.read_whole


def test_what_is_planned_once_is_planned_for_large_tables() -> None:
    reads = whole_reads("notification_service", "servicekit.messaging", "servicekit.api")
    # the oldest of what is unsent; one row
    assert reads == {"servicekit.messaging.publish.relay._UNSENT": {"outbox_unsent", "stream_state"}}


@pytest.mark.parametrize("index", ["notification_newest", "notification_unread"])
def test_without_its_index_a_page_is_seen_to_read_otherwise(api: Any, reader: UUID, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")
    plans = on_notifications(lambda: api(reader).get("/api/v1/notifications"))
    assert index not in {name for plan in plans for name in plan.indexes}
