"""What is removed, what stays, and that what is gone is still proven."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from servicekit.contracts import billing, trading
from servicekit.ids import first_id, new_id
from servicekit.messaging.envelope import from_attributes, parse
from servicekit.messaging.models import (
    FailedEvent,
    InboxEvent,
    OutboxEvent,
    RemovedEvents,
    SentBatch,
    StreamGroup,
    StreamState,
    UnsentEvent,
)
from servicekit.messaging.operate import retention
from servicekit.messaging.publish import groups
from servicekit.tests.sending import consume_until, envelope_json, placed

pytestmark = pytest.mark.django_db(transaction=True)

OLD = timedelta(days=20)
TYPE = trading.OrderCancelRequested.TYPE


def id_of(age: timedelta) -> UUID:
    """A UUIDv7 made so long ago."""
    start = first_id(timezone.now() - age).int
    return UUID(int=start | (new_id().int & ((1 << 80) - 1)))


def sent_row(age: timedelta, entry: str = "", *, id: UUID | None = None) -> OutboxEvent:
    """An event that everybody has acknowledged, or one that was sent as ``entry`` and still is in a batch."""
    row = OutboxEvent.objects.create(
        id=id or id_of(age), type=TYPE, subject=f"order/{new_id()}", sequence=1, envelope="{}",
        created_at=timezone.now() - age,
    )  # fmt: skip
    if entry:
        SentBatch.objects.create(last_entry=entry, outbox_seqs=[row.pk])
    return row


def received(id: UUID) -> None:
    InboxEvent.objects.create(consumer="trading", event_id=id, type=TYPE)


@pytest.fixture
def confirmed() -> None:
    """Every known subscriber has acknowledged up to 10-0."""
    StreamGroup.objects.create(name="billing", acknowledged="10-0", seen_at=timezone.now())
    StreamState.objects.create(last_entry="99-0")


def totals(view: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT type, day, count, digest FROM {view} ORDER BY 1, 2")
        return cursor.fetchall()


class TestOutbox:
    def test_old_and_acknowledged_by_all(self, confirmed: None) -> None:
        kept = {
            sent_row(OLD, "10-1").pk,  # not acknowledged
            sent_row(timedelta(days=13)).pk,  # not old
        }
        unsent = sent_row(OLD)
        UnsentEvent.objects.create(outbox_seq=unsent.pk)
        for entry in ("10-0", "9-99", "5-0"):
            sent_row(OLD, entry)
        assert retention.outbox_remove_old() == 0
        groups.record([])
        assert retention.outbox_remove_old() == 3
        assert set(OutboxEvent.objects.values_list("pk", flat=True)) == kept | {unsent.pk}
        assert retention.outbox_remove_old() == 0

    def test_nothing_while_no_subscriber_is_known(self) -> None:
        sent_row(OLD)
        assert retention.outbox_remove_old() == 0
        StreamState.objects.create(confirmed="10-0")
        assert retention.outbox_remove_old() == 0

    def test_a_new_subscriber_stops_the_removal(self, confirmed: None) -> None:
        sent_row(OLD, "5-0")
        groups.record([groups.Group("audit", pending=0, lag=0, delivered="4-0", acknowledged=(4, 0))])
        assert retention.outbox_remove_old() == 0
        groups.record([groups.Group("audit", pending=0, lag=0, delivered="5-0", acknowledged=(5, 0))])
        assert retention.outbox_remove_old() == 1

    def test_a_subscriber_that_is_forgotten_stops_nothing(self, confirmed: None, redis_streams: Any) -> None:
        sent_row(OLD, "5-0")
        groups.record([groups.Group("audit", pending=0, lag=0, delivered="4-0", acknowledged=(4, 0))])
        assert groups.forget("audit")
        assert not groups.forget("audit")
        groups.record([])
        assert retention.outbox_remove_old() == 1

    def test_many_go_in_chunks(self, confirmed: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "CHUNK", 7)
        for _ in range(40):
            sent_row(OLD)
        assert retention.outbox_remove_old() == 40
        assert RemovedEvents.objects.get().count == 40

    def test_behind_rows_that_are_not_old_none_is_read(
        self, confirmed: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "CHUNK", 2)
        young = [sent_row(timedelta(days=1)).pk for _ in range(2)]
        beyond = sent_row(OLD).pk
        assert retention.outbox_remove_old() == 0
        OutboxEvent.objects.filter(pk__in=young).update(created_at=timezone.now() - OLD)
        assert retention.outbox_remove_old() == 3
        assert not OutboxEvent.objects.filter(pk=beyond).exists()


class TestProof:
    def test_both_sides_agree_however_much_either_has_removed(
        self, confirmed: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ages = [timedelta(days=days, hours=-hour) for days in (61, 60, 20, 19, 2) for hour in range(12)]
        for id in map(id_of, ages):
            age = timezone.now() - datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
            sent_row(age, id=id)
            received(id)
        whole = totals("published_totals")
        assert whole == totals("handled_totals")
        assert sum(row[2] for row in whole) == 60
        monkeypatch.setattr(retention, "CHUNK", 5)
        assert retention.outbox_remove_old() == 48
        assert totals("published_totals") == whole
        assert retention.inbox_remove_old() == 24
        assert totals("handled_totals") == whole
        assert OutboxEvent.objects.count() == 12
        assert InboxEvent.objects.count() == 36

    def test_one_event_instead_of_another_is_seen(self, confirmed: None) -> None:
        id = id_of(timedelta(days=60))
        sent_row(timedelta(days=60), id=id)
        received(UUID(int=id.int ^ 1))
        retention.outbox_remove_old()
        retention.inbox_remove_old()
        (published,), (handled,) = totals("published_totals"), totals("handled_totals")
        assert published[:3] == handled[:3]  # as many, and yet
        assert published[3] != handled[3]

    def test_the_day_is_that_of_the_id(self) -> None:
        moment = datetime(2025, 3, 1, 23, 59, 59, 999000, tzinfo=UTC)
        with connection.cursor() as cursor:
            cursor.execute("SELECT event_day(%s::uuid)::text", [str(first_id(moment))])
            assert cursor.fetchone()[0] == "2025-03-01"
            next_day = moment + timedelta(milliseconds=1)
            cursor.execute("SELECT event_day(%s::uuid)::text", [str(first_id(next_day))])
            assert cursor.fetchone()[0] == "2025-03-02"


class TestForgotten:
    """An event that the inbox may have forgotten is not handled twice: somebody looks at it first."""

    def deliver(self, client: Any, age: timedelta) -> UUID:
        id = id_of(age)
        client.xadd(
            "events:billing", {"type": billing.HoldPlaced.TYPE, "envelope": envelope_json(placed(), id=id)}
        )
        return id

    def test_it_becomes_a_dead_letter(self, redis_streams: Any, calls: list) -> None:
        seen: list[UUID] = []
        calls.append(lambda message: seen.append(message.id))
        known = self.deliver(redis_streams, timedelta(days=settings.INBOX_DAYS - 2))
        old = self.deliver(redis_streams, timedelta(days=settings.INBOX_DAYS + 1))
        consume_until(lambda: bool(seen) and FailedEvent.objects.filter(dead_at__isnull=False).exists())
        assert seen == [known]
        assert "may have been handled before" in FailedEvent.objects.get(event_id=old).error

    def test_also_when_the_setting_was_lower_once(self, redis_streams: Any, calls: list) -> None:
        gone = timezone.now() - timedelta(days=30)
        RemovedEvents.objects.create(side="inbox", type=TYPE, day=gone.date(), count=1, digest=5)
        old = self.deliver(redis_streams, timedelta(days=30))
        consume_until(lambda: FailedEvent.objects.filter(dead_at__isnull=False).exists())
        assert FailedEvent.objects.get().event_id == old

    def test_it_is_let_through_by_hand(self, redis_streams: Any, calls: list) -> None:
        from servicekit.messaging.operate import dead_letters

        self.test_it_becomes_a_dead_letter(redis_streams, calls)
        letter = FailedEvent.objects.get()
        assert dead_letters.retry(letter.event_id).handled
        assert from_attributes(parse(letter.envelope)).id == letter.event_id
        assert InboxEvent.objects.filter(event_id=letter.event_id).exists()
