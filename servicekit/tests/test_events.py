"""Outbox → stream → inbox on a real PostgreSQL and a real Redis server."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from servicekit.contracts import Event, billing
from servicekit.ids import new_id
from servicekit.messaging import streams
from servicekit.messaging.consume import failures, inbox
from servicekit.messaging.consume.consumer import Consumer
from servicekit.messaging.envelope import Received, open_envelope, parse
from servicekit.messaging.models import FailedEvent, InboxEvent, OutboxEvent, StreamState, UnsentEvent
from servicekit.messaging.publish import publish, relay
from servicekit.telemetry import request_context
from servicekit.tests.sending import (
    cancel_requested,
    consume_until,
    declined,
    placed,
    sealed,
    sent_sequences,
)
from servicekit.tests.server import administrator

pytestmark = pytest.mark.django_db(transaction=True)


def received(event: Event) -> Received[Any]:
    return open_envelope(parse(sealed(event)))


def flushes() -> str:
    """Whether the present transaction's commit waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


class TestOutbox:
    def test_an_event_is_there_with_its_transaction_and_gone_without(self) -> None:
        with request_context("r-7"), transaction.atomic():
            publish(cancel_requested(new_id()))
        assert parse(OutboxEvent.objects.get().envelope)["requestid"] == "r-7"
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            publish(cancel_requested(new_id()))
            _ = 1 / 0
        assert OutboxEvent.objects.count() == 1

    def test_outside_a_transaction_nothing_is_published(self) -> None:
        with pytest.raises(transaction.TransactionManagementError):
            publish(cancel_requested(new_id()))

    def test_a_number_is_taken_once_per_subject(self) -> None:
        order = new_id()
        with transaction.atomic():
            publish(cancel_requested(order), sequence=3)
        with pytest.raises(IntegrityError), transaction.atomic():
            publish(cancel_requested(order), sequence=3)


class TestRelay:
    def test_it_sends_in_order_and_marks(self, redis_streams: Any) -> None:
        order = new_id()
        for sequence in range(1, 6):
            with transaction.atomic():
                publish(cancel_requested(order), sequence=sequence)
        assert relay.send_batch() == 5
        assert relay.send_batch() == 0
        assert sent_sequences() == [1, 2, 3, 4, 5]
        assert not UnsentEvent.objects.exists()

    def test_its_notes_do_not_wait_for_the_disk_and_nothing_else_is_like_them(self) -> None:
        """What a crash of PostgreSQL takes back of them is sent again, and inboxes drop it."""
        with transaction.atomic():
            publish(cancel_requested(new_id()))
            assert flushes() == "on"
        (row,) = relay._unsent()
        with transaction.atomic():
            relay._mark([row], "1-0")
            assert flushes() == "off"
        assert flushes() == "on"

    def test_a_stream_that_is_gone_is_sent_again_in_order(self, redis_streams: Any) -> None:
        order = new_id()
        for sequence in range(1, 4):
            with transaction.atomic():
                publish(cancel_requested(order), sequence=sequence)
            relay.send_batch()
        administrator().delete("events:trading")
        administrator().xgroup_create("events:trading", "billing", id="0", mkstream=True)
        with transaction.atomic():
            publish(cancel_requested(order), sequence=4)
        assert relay.send_batch() == 4
        assert sent_sequences() == [1, 2, 3, 4]

    def test_a_stream_without_its_tail_gets_just_the_tail(self, redis_streams: Any) -> None:
        """As after a crash of Redis that lost its last second."""
        for sequence in range(1, 6):
            with transaction.atomic():
                publish(cancel_requested(new_id()), sequence=sequence)
            relay.send_batch()
        kept = administrator().xrange("events:trading")[:2]
        administrator().delete("events:trading")
        for entry, fields in kept:
            administrator().xadd("events:trading", fields, id=entry)
        relay.take_back_lost()
        assert relay.send_batch() == 3
        assert sent_sequences() == [1, 2, 3, 4, 5]

    def test_what_everybody_has_acknowledged_is_not_sent_again(self, redis_streams: Any) -> None:
        for sequence in range(1, 4):
            with transaction.atomic():
                publish(cancel_requested(new_id()), sequence=sequence)
            relay.send_batch()
        second = administrator().xrange("events:trading")[1][0]
        StreamState.objects.update(confirmed=second)
        administrator().delete("events:trading")
        relay.take_back_lost()
        assert relay.send_batch() == 1
        assert sent_sequences() == [3]

    def test_only_one_leads(self) -> None:
        stop, leads = threading.Event(), []

        def candidate() -> None:
            from django.db import connection

            if relay.lead(stop):
                leads.append(1)
                stop.wait(10)
            connection.close()

        threads = [threading.Thread(target=candidate) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        stop.set()
        for thread in threads:
            thread.join(10)
        assert leads == [1]

    def test_a_commit_wakes_it_at_once(self, redis_streams: Any) -> None:
        stop = threading.Event()

        def run() -> None:
            from django.db import connection

            relay.run(stop)
            connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.5)
        waits = []
        for sequence in range(5):
            with transaction.atomic():
                publish(cancel_requested(new_id()), sequence=sequence)
            begin = time.monotonic()
            while administrator().xlen("events:trading") <= sequence:
                time.sleep(0.002)
                assert time.monotonic() < begin + 5
            waits.append(time.monotonic() - begin)
        stop.set()
        thread.join(10)
        assert sorted(waits)[2] < relay.INTERVAL / 2  # woken, not waiting for its own look


class TestConsumer:
    def test_each_event_acts_once_however_often_it_comes(self, redis_streams: Any, calls: list) -> None:
        seen: list[Any] = []
        calls.append(lambda message: seen.append(message.id))
        envelopes = [sealed(placed()) for _ in range(30)]
        for envelope in envelopes * 3:
            redis_streams.xadd("events:billing", {"envelope": envelope})
        consume_until(lambda: InboxEvent.objects.count() == 30 and _pending(redis_streams) == 0)
        assert sorted(map(str, seen)) == sorted(str(parse(envelope)["id"]) for envelope in envelopes)

    def test_one_bad_event_stops_only_itself_and_those_behind_it(
        self, redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "FIRST_WAIT", 0.05)
        bad, heal, order = new_id(), threading.Event(), []

        def handler(message: Received[Any]) -> None:
            if message.event.order_id == bad and not heal.is_set():
                raise ValueError("not yet")
            order.append((message.event.order_id, message.sequence))

        calls.append(handler)
        good = [new_id() for _ in range(10)]
        redis_streams.xadd("events:billing", {"envelope": sealed(placed(bad), 1)})
        redis_streams.xadd("events:billing", {"envelope": sealed(placed(bad), 2)})
        for other in good:
            redis_streams.xadd("events:billing", {"envelope": sealed(placed(other))})

        def others_done() -> bool:
            if InboxEvent.objects.count() >= 10:
                heal.set()
            return InboxEvent.objects.count() == 12 and _pending(redis_streams) == 0

        consume_until(others_done)
        # a batch that was rolled back called its handlers too; what counts is what committed last
        assert [entry for entry in order if entry[0] == bad] == [(bad, 1), (bad, 2)]
        assert not FailedEvent.objects.exists()

    def test_what_never_works_becomes_a_dead_letter(
        self, redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "FIRST_WAIT", 0.01)
        monkeypatch.setattr(failures, "MAX_ATTEMPTS", 3)

        def handler(message: Received[Any]) -> None:
            get_user_model().objects.create(username="left by a failed handler")
            raise ValueError("never")

        calls.append(handler)
        redis_streams.xadd("events:billing", {"envelope": sealed(placed())})
        consume_until(
            lambda: (
                FailedEvent.objects.filter(dead_at__isnull=False).exists() and _pending(redis_streams) == 0
            )
        )
        letter = FailedEvent.objects.get()
        assert (letter.attempts, letter.error) == (3, "ValueError('never')")
        assert not get_user_model().objects.exists()

    def test_what_is_no_event_of_ours_is_passed_by(self, redis_streams: Any, calls: list) -> None:
        for junk in ("{", "[]", sealed(placed()).replace("billing.hold.placed", "billing.hold.invented")):
            redis_streams.xadd("events:billing", {"envelope": junk})
        redis_streams.xadd("events:billing", {"something": "else"})
        redis_streams.xadd("events:billing", {"envelope": sealed(placed())})
        consume_until(lambda: InboxEvent.objects.count() == 1 and _pending(redis_streams) == 0)

    def test_what_a_dead_consumer_had_read_is_read_again(self, redis_streams: Any, calls: list) -> None:
        redis_streams.xadd("events:billing", {"envelope": sealed(placed())})
        dead = Consumer(threading.Event())
        dead.redis = streams.connect()
        dead._create_groups()
        dead.redis.xreadgroup(dead.group, dead.name, {"events:billing": ">"})
        assert _pending(redis_streams) == 1
        consume_until(lambda: InboxEvent.objects.count() == 1 and _pending(redis_streams) == 0)


class TestInbox:
    def test_all_or_nothing(self, calls: list) -> None:
        def handler(message: Received[Any]) -> None:
            if message.event.amount == 0:
                raise ValueError

        calls.append(handler)
        messages = [open_envelope(parse(sealed(placed()))) for _ in range(3)]
        bad = billing.HoldPlaced.from_data({**placed().to_data(), "amount": 0})
        with pytest.raises(ValueError):
            inbox.handle([*messages, open_envelope(parse(sealed(bad)))])
        assert not InboxEvent.objects.exists()
        assert inbox.handle([*messages, messages[0]]) == 3
        assert inbox.handle(messages) == 0

    def test_an_events_row_goes_with_the_first_statement_of_its_handler(self, batch_calls: list) -> None:
        batch_calls.append(lambda messages: InboxEvent.objects.count())
        inbox.handle([received(declined())])  # it is prepared
        with CaptureQueriesContext(connection) as sent:
            inbox.handle([received(declined())])
        texts = [[part.split()[0] for part in query["sql"].split("; ")] for query in sent.captured_queries]
        assert texts == [
            ["BEGIN"],
            ["BEGIN", "EXECUTE", "SELECT"],
            ["COMMIT"],
        ]  # Django notes both ends itself

    def test_what_was_handled_before_is_no_failure_of_its_handler(self, batch_calls: list) -> None:
        """Not even of one that fails before it asks the database anything."""
        first, second = received(declined()), received(declined())
        batch_calls.append(lambda messages: None)
        assert inbox.handle([first]) == 1
        seen: list[Any] = []

        def once(messages: Any) -> None:
            seen.append([message.id for message in messages])
            if first in messages:
                raise ValueError("handled before")

        batch_calls[:] = [once]
        assert inbox.handle([first, second]) == 1
        assert seen == [[first.id, second.id], [second.id]]
        batch_calls[:] = [lambda messages: 1 / 0]
        with pytest.raises(ZeroDivisionError):
            inbox.handle([received(declined())])

    def test_a_batch_goes_in_waves_each_subject_in_its_order(self, batch_calls: list, calls: list) -> None:
        seen: list[list[tuple[str, int]]] = []
        batch_calls.append(lambda messages: seen.append([(m.subject, m.sequence) for m in messages]))
        calls.append(lambda message: seen.append([(message.subject, message.sequence)]))
        a, b = new_id(), new_id()
        order = [(declined(a), 1), (declined(b), 1), (placed(a), 2), (declined(a), 3), (declined(b), 2)]
        messages = [open_envelope(parse(sealed(event, sequence))) for event, sequence in order]
        assert inbox.handle(messages) == 5
        subject_a, subject_b = f"hold/{a}", f"hold/{b}"
        assert seen == [
            [(subject_a, 1), (subject_b, 1)],
            [(subject_a, 2)],
            [(subject_b, 2)],
            [(subject_a, 3)],
        ]

    def test_one_bad_event_of_a_batch_stops_only_itself(
        self, redis_streams: Any, batch_calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "FIRST_WAIT", 0.01)
        monkeypatch.setattr(failures, "MAX_ATTEMPTS", 2)
        bad, sizes = new_id(), []

        def handler(messages: Sequence[Received[Any]]) -> None:
            sizes.append(len(messages))
            if any(message.event.order_id == bad for message in messages):
                raise ValueError("bad")

        batch_calls.append(handler)
        with redis_streams.pipeline() as pipeline:
            for number in range(200):
                envelope = sealed(declined(bad if number == 77 else None))
                fields = {"type": billing.HoldDeclined.TYPE, "envelope": envelope}
                pipeline.xadd("events:billing", fields)
            pipeline.execute()
        consume_until(
            lambda: (
                FailedEvent.objects.filter(dead_at__isnull=False).exists() and _pending(redis_streams) == 0
            )
        )
        assert InboxEvent.objects.count() == 199
        assert len(sizes) < 30  # halves, not two hundred single ones


def _pending(client: Any) -> int:
    return int(client.xpending("events:billing", "trading")["pending"])
