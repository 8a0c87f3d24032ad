"""What comes is handled: from the stream to the inbox, on a real PostgreSQL and a real Redis server."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from servicekit.contracts import billing
from servicekit.ids import new_id
from servicekit.messaging import streams
from servicekit.messaging.consume import failures
from servicekit.messaging.consume.consumer import Consumer
from servicekit.messaging.envelope import Received, parse
from servicekit.messaging.models import FailedEvent, InboxEvent
from servicekit.tests.sending import consume_until, declined, envelope_json, placed

pytestmark = pytest.mark.django_db(transaction=True)


def _pending(client: Any) -> int:
    return int(client.xpending("events:billing", "trading")["pending"])


class TestConsumer:
    def test_each_event_acts_once_however_often_it_comes(self, redis_streams: Any, calls: list) -> None:
        seen: list[Any] = []
        calls.append(lambda message: seen.append(message.id))
        envelopes = [envelope_json(placed()) for _ in range(30)]
        for envelope in envelopes * 3:
            redis_streams.xadd("events:billing", {"envelope": envelope})
        consume_until(lambda: InboxEvent.objects.count() == 30 and _pending(redis_streams) == 0)
        assert sorted(map(str, seen)) == sorted(str(parse(envelope)["id"]) for envelope in envelopes)

    def test_one_bad_event_stops_only_itself_and_those_behind_it(
        self, redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.05)
        bad, heal, order = new_id(), threading.Event(), []

        def handler(message: Received[Any]) -> None:
            if message.event.order_id == bad and not heal.is_set():
                raise ValueError("not yet")
            order.append((message.event.order_id, message.sequence))

        calls.append(handler)
        good = [new_id() for _ in range(10)]
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed(bad), 1)})
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed(bad), 2)})
        for other in good:
            redis_streams.xadd("events:billing", {"envelope": envelope_json(placed(other))})

        def others_done() -> bool:
            if InboxEvent.objects.count() >= 10:
                heal.set()
            return InboxEvent.objects.count() == 12 and _pending(redis_streams) == 0

        consume_until(others_done)
        # a batch that was rolled back called its handlers too; what counts is what committed last
        assert [entry for entry in order if entry[0] == bad] == [(bad, 1), (bad, 2)]
        assert not FailedEvent.objects.exists()

    def test_an_earlier_event_that_comes_late_goes_ahead_of_those_that_wait_for_it(
        self, redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As when a thief took it, and it is sent again: before, each waited for the other."""
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 3600.0)
        order, subject = [0], new_id()

        def handler(message: Received[Any]) -> None:
            if message.sequence > order[-1] + 1:
                raise ValueError("something is missing")
            order.append(message.sequence)

        calls.append(handler)
        for sequence in (3, 4, 2, 1, 4, 5):
            fields = {"envelope": envelope_json(placed(subject), sequence)}
            redis_streams.xadd("events:billing", fields)
            if sequence == 3:  # it fails by itself, before the next comes
                consume_until(FailedEvent.objects.exists)
        consume_until(lambda: InboxEvent.objects.count() == 6 and _pending(redis_streams) == 0)
        assert order == [0, 1, 2, 3, 4, 4, 5]
        assert not FailedEvent.objects.exists()

    def test_what_failed_and_comes_again_from_a_new_redis_has_not_failed_any_more(
        self, redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It waited for an event that was taken; Redis is lost, and both are sent again."""
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 3600.0)
        order, subject, lost = [0], new_id(), threading.Event()
        envelopes = [envelope_json(placed(subject), sequence) for sequence in (1, 2)]

        def handler(message: Received[Any]) -> None:
            if message.sequence > order[-1] + 1:
                raise ValueError("something is missing")
            order.append(message.sequence)

        def all_is_well() -> bool:
            if not lost.is_set() and FailedEvent.objects.exists():
                lost.set()
                redis_streams.delete("events:billing")
                for envelope in envelopes:
                    redis_streams.xadd("events:billing", {"envelope": envelope})
                redis_streams.client_kill_filter(_type="normal", skipme=True)
            return lost.is_set() and InboxEvent.objects.count() == 2 and not FailedEvent.objects.exists()

        calls.append(handler)
        redis_streams.xadd("events:billing", {"envelope": envelopes[1]})
        consume_until(all_is_well)

    def test_what_never_works_becomes_a_dead_letter(
        self, redis_streams: Any, calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.01)
        monkeypatch.setattr(failures, "MAX_ATTEMPTS", 3)

        def handler(message: Received[Any]) -> None:
            get_user_model().objects.create(username="left by a failed handler")
            raise ValueError("never")

        calls.append(handler)
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed())})
        consume_until(
            lambda: (
                FailedEvent.objects.filter(dead_at__isnull=False).exists() and _pending(redis_streams) == 0
            )
        )
        letter = FailedEvent.objects.get()
        assert (letter.attempts, letter.error) == (3, "ValueError('never')")
        assert not get_user_model().objects.exists()

    def test_what_is_no_event_of_ours_is_passed_by(self, redis_streams: Any, calls: list) -> None:
        for junk in (
            "{",
            "[]",
            envelope_json(placed()).replace("billing.hold.placed", "billing.hold.invented"),
        ):
            redis_streams.xadd("events:billing", {"envelope": junk})
        redis_streams.xadd("events:billing", {"something": "else"})
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed())})
        consume_until(lambda: InboxEvent.objects.count() == 1 and _pending(redis_streams) == 0)

    def test_what_a_dead_consumer_had_read_is_read_again(self, redis_streams: Any, calls: list) -> None:
        redis_streams.xadd("events:billing", {"envelope": envelope_json(placed())})
        dead = Consumer(threading.Event())
        dead.redis = streams.connect()
        dead._create_groups()
        dead.redis.xreadgroup(dead.group, dead.name, {"events:billing": ">"})
        assert _pending(redis_streams) == 1
        consume_until(lambda: InboxEvent.objects.count() == 1 and _pending(redis_streams) == 0)

    def test_one_bad_event_of_a_batch_stops_only_itself(
        self, redis_streams: Any, batch_calls: list, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.01)
        monkeypatch.setattr(failures, "MAX_ATTEMPTS", 2)
        bad, sizes = new_id(), []

        def handler(messages: Sequence[Received[Any]]) -> None:
            sizes.append(len(messages))
            if any(message.event.order_id == bad for message in messages):
                raise ValueError("bad")

        batch_calls.append(handler)
        with redis_streams.pipeline() as pipeline:
            for number in range(200):
                envelope = envelope_json(declined(bad if number == 77 else None))
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
