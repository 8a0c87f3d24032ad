"""What is published is sent: from the outbox to the stream, on a real PostgreSQL and a real Redis server."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from servicekit.ids import new_id
from servicekit.messaging.envelope import parse
from servicekit.messaging.models import OutboxEvent, StreamState, UnsentEvent
from servicekit.messaging.publish import publish, relay
from servicekit.messaging.publish.relay_wakeup import wake_relay
from servicekit.telemetry import request_context
from servicekit.testing.waiting import wait
from servicekit.tests.sending import cancel_requested, sent_sequences
from servicekit.tests.server import administrator

pytestmark = pytest.mark.django_db(transaction=True)


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
        relay.requeue_lost()
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
        relay.requeue_lost()
        assert relay.send_batch() == 1
        assert sent_sequences() == [3]

    def test_only_one_leads(self) -> None:
        stop, leads = threading.Event(), []

        def candidate() -> None:
            from django.db import connection

            if relay.lead(stop):
                leads.append(1)
                stop.wait(60)
            connection.close()

        threads = [threading.Thread(target=candidate) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        stop.set()
        for thread in threads:
            thread.join(60)
        assert leads == [1]

    def test_a_commit_wakes_it_at_once(self, redis_streams: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relay, "POLL_INTERVAL_S", 300)  # by its own look it would never come
        stop = threading.Event()

        def run() -> None:
            from django.db import connection

            relay.run(stop)
            connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        for sequence in range(5):
            with transaction.atomic():
                publish(cancel_requested(new_id()), sequence=sequence)
            wait(lambda wanted=sequence + 1: administrator().xlen("events:trading") == wanted)
        stop.set()
        wake_relay()
        thread.join(60)
