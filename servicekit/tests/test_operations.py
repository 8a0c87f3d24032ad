"""The command ``events`` and the admin's actions, on a real database and a real stream."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.ids import first_id, new_id
from servicekit.messaging.consume import failures
from servicekit.messaging.models import DroppedEvent, FailedEvent, InboxEvent, OutboxEvent, UnsentEvent
from servicekit.messaging.operate import dead_letters
from servicekit.messaging.publish import publish, relay
from servicekit.testing.admin import operation_address, seen
from servicekit.tests.sending import cancel_requested, consume_until, envelope_json, placed
from servicekit.tests.server import administrator

pytestmark = pytest.mark.django_db(transaction=True)

UNSENT = OutboxEvent.objects.filter(outbox_seq__in=UnsentEvent.objects.values("outbox_seq"))


@pytest.fixture(autouse=True)
def _empty_stream() -> Any:
    administrator().delete("events:trading")
    yield
    administrator().delete("events:trading")


def events(*arguments: str) -> str:
    out = io.StringIO()
    call_command("events", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def broken(redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Three events of which two became dead letters; call it to mend the handler."""
    monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.01)
    monkeypatch.setattr(failures, "MAX_ATTEMPTS", 2)
    fault: list[int] = [1]

    def handler(message: Any) -> None:
        if fault and message.sequence == 1:
            raise ValueError("the handler is broken")
        get_user_model().objects.create(username=str(message.id))

    calls.append(handler)
    for sequence in (1, 1, 2):
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed(), sequence)})
    consume_until(
        lambda: (
            FailedEvent.objects.filter(dead_at__isnull=False).count() == 2 and InboxEvent.objects.count() == 1
        )
    )
    return fault.clear


class TestDeadLetters:
    def test_list_and_show(self, broken: Callable[[], None]) -> None:
        first, second = dead_letters.dead_letters()
        text = events("dead-letters", "list")
        assert str(first.event_id) in text
        assert "the handler is broken" in text
        listed = json.loads(events("dead-letters", "list", "--json"))
        assert [row["id"] for row in listed] == [str(first.event_id), str(second.event_id)]
        assert listed[0]["attempts"] == 2
        shown = json.loads(events("dead-letters", "show", str(first.event_id), "--json"))
        assert json.loads(shown["envelope"])["id"] == str(first.event_id)
        with pytest.raises(CommandError, match="is not a dead letter"):
            events("dead-letters", "show", str(new_id()))

    def test_retry_handles_it_once(self, broken: Callable[[], None]) -> None:
        broken()
        first, second = dead_letters.dead_letters()
        assert "handled" in events("dead-letters", "retry", str(first.event_id))
        assert InboxEvent.objects.filter(event_id=first.event_id).exists()
        assert get_user_model().objects.filter(username=str(first.event_id)).count() == 1
        assert list(dead_letters.dead_letters()) == [second]
        with pytest.raises(CommandError, match="1 of 1"):
            events("dead-letters", "retry", str(first.event_id))
        events("dead-letters", "retry", "--all")
        assert not FailedEvent.objects.exists()
        assert events("dead-letters", "list").strip() == "no dead letters"
        assert [row.action for row in AuditEntry.objects.all()] == ["event.retry"] * 2

    def test_what_fails_again_stays_and_leaves_no_trace(self, broken: Callable[[], None]) -> None:
        with pytest.raises(CommandError, match="2 of 2 could not be handled"):
            events("dead-letters", "retry", "--all")
        assert list(dead_letters.dead_letters().values_list("attempts", flat=True)) == [3, 3]
        assert get_user_model().objects.count() == InboxEvent.objects.count() == 1

    def test_drop_keeps_who_and_why_and_is_final(
        self, broken: Callable[[], None], redis_streams: Any
    ) -> None:
        letter = dead_letters.dead_letters()[0]
        with pytest.raises(CommandError, match="reason"):
            events("dead-letters", "drop", str(letter.event_id), "--reason", "  ")
        events("dead-letters", "drop", str(letter.event_id), "--by", "anna", "--reason", "a test order")
        kept = DroppedEvent.objects.get()
        assert (kept.dropped_by, kept.reason, kept.error) == ("shell:anna", "a test order", letter.error)
        assert kept.envelope == letter.envelope
        row = AuditEntry.objects.get()
        assert (row.action, row.actor_name, row.reason) == ("event.drop", "shell:anna", "a test order")
        assert FailedEvent.objects.count() == 1
        broken()
        redis_streams.xadd("events:billing", {"envelope": letter.envelope})  # replayed by its publisher
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed(), 3)})
        consume_until(lambda: InboxEvent.objects.count() == 3)
        assert not get_user_model().objects.filter(username=str(letter.event_id)).exists()

    def test_what_no_one_can_read_is_one_too(self, redis_streams: Any, calls: list) -> None:
        junk = ["{", envelope_json(placed()).replace('"amount":5', '"amount":"five"')]
        for envelope in junk:
            redis_streams.xadd("events:billing", {"envelope": envelope})
        consume_until(lambda: dead_letters.dead_letters().count() == 2)
        for letter in dead_letters.dead_letters():
            assert not dead_letters.retry(letter.event_id).handled
            dead_letters.drop(letter.event_id, by=Actor.shell("anna"), reason="junk")
        assert DroppedEvent.objects.count() == 2
        assert InboxEvent.objects.count() == 1  # of the one that has an id


class TestReplay:
    def published(self, count: int) -> list[UUID]:
        ids = []
        for _ in range(count):
            with transaction.atomic():
                ids.append(publish(cancel_requested(new_id())))
        while relay.send_batch():
            pass
        return ids

    def unsent(self) -> set[UUID]:
        return set(UNSENT.all().values_list("id", flat=True))

    def test_by_id(self, tmp_path: Path) -> None:
        ids = self.published(5)
        file = tmp_path / "ids"
        file.write_text(f"{ids[1]}\n\n{ids[3]}\n{new_id()}\n")
        assert "2 events are sent again" in events("replay", "--ids", str(file))
        assert self.unsent() == {ids[1], ids[3]}
        row = AuditEntry.objects.get()
        assert (row.action, row.object_name, row.after["sent_again"]) == ("events.replay", "trading", 2)
        assert row.actor_name.startswith("shell:")
        assert relay.send_batch() == 2
        assert administrator().xlen("events:trading") == 7

    def test_by_subject_and_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("servicekit.messaging.operate.replay.CHUNK", 2)
        ids = self.published(5)
        subject = OutboxEvent.objects.get(id=ids[2]).subject
        events("replay", "--subject", subject)
        assert self.unsent() == {ids[2]}
        before = timezone.now() - timedelta(hours=1)
        OutboxEvent.objects.filter(id=ids[0]).update(created_at=before - timedelta(hours=1))
        answer = json.loads(events("replay", "--since", before.isoformat(), "--json"))
        assert answer == {"sent_again": 3, "too_old": 0}
        assert self.unsent() == set(ids[1:])

    def test_not_what_inboxes_may_have_forgotten(self) -> None:
        ids = self.published(2)
        old = first_id(timezone.now() - timedelta(days=44))
        OutboxEvent.objects.filter(id=ids[0]).update(id=old)
        assert "1 are not" in events("replay", "--since", "2020-01-01")
        assert self.unsent() == {ids[1]}

    @pytest.mark.parametrize(
        "arguments", [(), ("--ids", "/there/is/none"), ("--since", "yesterday"), ("--ids", "-")]
    )
    def test_what_is_not_said_right(
        self, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("one\n"))
        with pytest.raises(CommandError):
            events("replay", *arguments)


class TestStatus:
    def test_it_says_what_waits(self, broken: Callable[[], None]) -> None:
        client = administrator()
        for _ in range(3):
            with transaction.atomic():
                publish(cancel_requested(new_id()))
        relay.send_batch()
        client.xgroup_create("events:trading", "billing", id="0")
        client.xreadgroup("billing", "c", {"events:trading": ">"}, count=1)
        with transaction.atomic():
            publish(cancel_requested(new_id()))
        UNSENT.all().update(created_at=timezone.now() - timedelta(seconds=90))
        now = json.loads(events("status", "--json"))
        assert (now["unsent"], now["dead"], now["retrying"], now["stream_length"]) == (1, 2, 0, 3)
        assert 90 <= now["oldest_unsent_seconds"] < 100
        (group,) = now["subscribers"]
        assert (group["group"], group["here"], group["lag"], group["pending"]) == ("billing", True, 2, 1)
        assert "1 unsent (the oldest for 9" in events("status")

    def test_a_known_group_that_is_not_there(self) -> None:
        events("status")
        from servicekit.messaging.models import StreamGroup

        StreamGroup.objects.create(name="billing", acknowledged="7-0", seen_at=timezone.now())
        assert "not on the stream" in events("status")
        assert "is forgotten" in events("forget-group", "billing")
        with pytest.raises(CommandError, match="No group billing"):
            events("forget-group", "billing")
        row = AuditEntry.objects.get()  # of the one that did something
        assert (row.action, row.object_id) == ("group.forget", "billing")


class TestAdmin:
    @pytest.fixture
    def operator(self) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("anna", password="x"))  # type: ignore[attr-defined]
        return client

    PAGE = "/admin/trading/messaging/failedevent/"

    def act(self, client: Client, action: str, rows: list[FailedEvent], **more: str) -> str:
        chosen = [str(row.event_id) for row in rows]
        page = client.post(self.PAGE, {"action": action, "_selected_action": chosen})
        if "Location" not in page:  # refused: the list again
            return page.content.decode()
        fields = seen(client, page["Location"])
        answer = client.post(page["Location"], {**fields, **more}, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_retry(self, broken: Callable[[], None], operator: Client) -> None:
        rows = list(dead_letters.dead_letters())
        assert "the handler is broken" in self.act(operator, "retry", rows, reason="a try")
        broken()
        assert "The event was handled. (2)" in self.act(operator, "retry", rows, reason="it is mended")
        assert not FailedEvent.objects.exists()
        trail = AuditEntry.objects.order_by("id").values_list(
            "action", "actor_name", "reason", "after__handled"
        )
        assert (
            list(trail)
            == [("event.retry", "anna", "a try", False)] * 2
            + [("event.retry", "anna", "it is mended", True)] * 2
        )

    def test_drop_wants_a_reason(self, broken: Callable[[], None], operator: Client) -> None:
        rows = list(dead_letters.dead_letters())[:1]
        assert "This field is required." in self.act(operator, "drop", rows)
        assert not DroppedEvent.objects.exists()
        assert "The event was dropped." in self.act(operator, "drop", rows, reason="a test")
        dropped = DroppedEvent.objects.get()
        assert AuditEntry.objects.get().action == "event.drop"
        assert (dropped.dropped_by, dropped.reason) == ("anna", "a test")
        page = operator.get(f"/admin/trading/messaging/droppedevent/{dropped.pk}/change/")
        assert "a test" in page.content.decode()

    def test_who_may_not_change_decides_nothing(self, broken: Callable[[], None], operator: Client) -> None:
        from django.contrib.auth.models import Permission

        user = get_user_model().objects.get(username="anna")
        user.is_superuser = False
        user.save()
        user.user_permissions.add(Permission.objects.get(codename="view_failedevent"))
        page = operator.get(self.PAGE).content.decode()
        assert "the handler is broken" in page
        assert 'value="retry"' not in page
        refused = operator.post(operation_address("retry", *dead_letters.dead_letters()), {"reason": "x"})
        assert refused.status_code == 403
        assert dead_letters.dead_letters().count() == 2
