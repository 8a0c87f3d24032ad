"""What Redis may do to the events, on a server of the tests' own: nothing is lost, nobody helps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import transaction

from servicekit.ids import new_id
from servicekit.messaging import streams
from servicekit.messaging.consume.subscriptions import publishers
from servicekit.messaging.models import InboxEvent, OutboxEvent, StreamGroup, StreamState, UnsentEvent
from servicekit.messaging.publish import Outgoing, publish_many, relay, stream_capacity, stream_writer
from servicekit.tests.sending import cancel_requested, consume_until, placed, sealed
from servicekit.tests.server import Server, Subscriber, eventually

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "events:trading"


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Server]:
    """A server that this process's messaging uses instead of the shared one."""
    made = Server(tmp_path_factory.mktemp("v"), maxmemory="64mb")
    settings.REDIS_URL = made.url
    made.start()
    yield made
    made.kill()


@pytest.fixture
def subscribe(server: Server) -> Iterator[Callable[[str], Subscriber]]:
    """``subscribe("billing")`` → a subscriber at work; all are stopped in the end."""
    made: list[Subscriber] = []

    def start(group: str) -> Subscriber:
        made.append(Subscriber(server, STREAM, group).start())
        return made[-1]

    yield start
    for subscriber in made:
        subscriber.stop()


@pytest.fixture
def relaying(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real relay, in a thread; it looks for losses often."""
    monkeypatch.setattr(relay, "LOSS_INTERVAL", 0.1)
    monkeypatch.setattr(relay, "INTERVAL", 0.1)
    stop = threading.Event()

    def run() -> None:
        from django.db import connection

        relay.run(stop)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def tell(count: int, subjects: int = 10) -> list[str]:
    """Publish so many events of a few orders; returns their ids in order."""
    orders = [new_id() for _ in range(subjects)]
    ids: list[str] = []
    for start in range(0, count, 100):
        with transaction.atomic():
            ids += map(
                str,
                publish_many(
                    Outgoing(cancel_requested(orders[n % subjects]), n // subjects + 1)
                    for n in range(start, min(start + 100, count))
                ),
            )
    return ids


def sent() -> bool:
    return not UnsentEvent.objects.exists()


class TestLoss:
    def test_everything_is_lost_and_everything_goes_on(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        before = tell(300)
        eventually(lambda: len(billing.ids) == len(notification.ids) == 300)
        stream_capacity.trim_stream()
        notification.stop()  # it has not heard what comes now when it is lost
        before += tell(200)
        eventually(lambda: len(billing.ids) == 500 and sent())

        server.client().flushall()
        after = tell(100)
        notification.start()

        eventually(lambda: len(billing.ids) == len(notification.ids) == 600)
        assert billing.ids == notification.ids == before + after  # and in the old order
        # of the old ones only what not everybody had acknowledged was sent again
        assert server.client().xlen(STREAM) == 300

    def test_a_crash_loses_the_tail(self, server, subscribe, relaying):
        billing = subscribe("billing")
        ids = tell(50)
        eventually(lambda: len(billing.ids) == 50)
        billing.stop()
        ids += tell(400)
        eventually(sent)

        server.kill()
        server.lose_tail(0.5)
        server.start()

        assert server.client().xlen(STREAM) < 450
        billing.start()
        eventually(lambda: len(billing.ids) == 450)
        assert billing.ids == ids

    def test_the_stream_is_deleted(self, server, subscribe, relaying):
        billing = subscribe("billing")
        ids = tell(50)
        eventually(lambda: len(billing.ids) == 50)
        billing.stop()
        ids += tell(50)
        eventually(sent)
        server.client().delete(STREAM)
        billing.start()
        eventually(lambda: len(billing.ids) == 100)
        assert billing.ids == ids

    def test_a_group_is_deleted(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        ids = tell(50)
        eventually(lambda: len(billing.ids) == len(notification.ids) == 50)
        notification.stop()
        ids += tell(50)
        eventually(lambda: len(billing.ids) == 100)
        stream_capacity.trim_stream()
        server.client().xgroup_destroy(STREAM, "notification")
        stream_capacity.KEPT, kept = 0, stream_capacity.KEPT  # trim all that may be trimmed
        try:
            stream_capacity.trim_stream()
        finally:
            stream_capacity.KEPT = kept
        notification.start()
        eventually(lambda: len(notification.ids) == 100)
        assert notification.ids == ids

    def test_no_entry_gets_an_id_twice_though_the_clock_went_back(self, server, relaying):
        tell(10)
        eventually(sent)
        future = f"{int(time.time() + 3600) * 1000}-7"  # what was sent before the clock was set back
        StreamState.objects.update(last_entry=future, confirmed=future)
        server.client().flushall()
        ids = tell(5)
        eventually(sent)
        entries = [entry for entry, _ in server.client().xrange(STREAM)]
        assert len(entries) == len(ids)
        assert all(streams.entry_key(entry) > streams.entry_key(future) for entry in entries)


def test_a_stream_that_somebody_changes_all_the_time_is_not_tried_for_ever(server, monkeypatch):
    """The batch waits in the outbox, and goes when the stream is left alone."""
    writer, looks = stream_writer.StreamWriter, []
    really = writer._last_entry

    def changed_meanwhile(self: Any) -> str:
        looks.append(self)
        last = really(self)
        server.client().xadd(self._stream, {"by": "somebody"})
        return last

    tell(1)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "_last_entry", changed_meanwhile)
        with pytest.raises(redis.WatchError):
            relay.send_batch()
    assert len(looks) == 1 + stream_writer.ATTEMPTS
    assert UnsentEvent.objects.count() == 1
    assert relay.send_batch() == 1
    assert sent()


class TestTrim:
    @pytest.fixture(autouse=True)
    def _keep_nothing(self, monkeypatch):
        monkeypatch.setattr(stream_capacity, "KEPT", 0)

    def test_never_past_the_slowest(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        tell(100)
        eventually(lambda: len(billing.ids) == len(notification.ids) == 100)
        eventually(lambda: _acknowledged(server))
        notification.stop()
        tell(60)
        eventually(lambda: len(billing.ids) == 160)
        assert stream_capacity.trim_stream() == 100
        assert stream_capacity.trim_stream() == 0
        assert server.client().xlen(STREAM) == 60
        (slowest,) = StreamGroup.objects.filter(name="notification")
        assert StreamState.objects.get().confirmed == slowest.acknowledged

    def test_what_was_read_and_not_acknowledged_stays(self, server, subscribe, relaying):
        tell(20)
        eventually(sent)
        client = server.client()
        client.xgroup_create(STREAM, "slow", id="0")
        entries = client.xreadgroup("slow", "c", {STREAM: ">"})[0][1]
        client.xack(STREAM, "slow", *[entry for entry, _ in entries[:5]], entries[9][0])
        assert stream_capacity.trim_stream() == 5
        assert [entry for entry, _ in client.xrange(STREAM)] == [entry for entry, _ in entries[5:]]

    def test_a_group_that_vanished_is_not_forgotten(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        tell(20)
        eventually(lambda: len(billing.ids) == len(notification.ids) == 20)
        eventually(lambda: _acknowledged(server))
        stream_capacity.trim_stream()
        notification.stop()
        server.client().xgroup_destroy(STREAM, "notification")
        tell(30)
        eventually(lambda: len(billing.ids) == 50 and _acknowledged(server))
        assert stream_capacity.trim_stream() == 0
        assert server.client().xlen(STREAM) == 30

    def test_a_stream_that_nobody_reads_is_not_trimmed(self, server, relaying):
        tell(20)
        eventually(sent)
        assert stream_capacity.trim_stream() == 0
        assert server.client().xlen(STREAM) == 20


class TestBackPressure:
    def test_a_slow_subscriber_slows_nobody_until_the_stream_is_full(
        self, server, subscribe, relaying, monkeypatch
    ):
        monkeypatch.setattr(stream_capacity, "MOST", 600)
        monkeypatch.setattr(stream_capacity, "LOOK_EVERY", 100)
        monkeypatch.setattr(stream_capacity, "KEPT", 0)
        monkeypatch.setattr(relay, "BATCH", 50)
        billing, notification = subscribe("billing"), subscribe("notification")
        ids = tell(100)
        eventually(lambda: len(billing.ids) == len(notification.ids) == 100)
        notification.stop()

        ids += tell(400)
        eventually(lambda: len(billing.ids) == 500)  # the other goes on
        ids += tell(600)
        eventually(lambda: server.client().xlen(STREAM) >= 600)
        time.sleep(0.5)
        assert 600 <= server.client().xlen(STREAM) < 750  # bounded: the relay waits
        assert OutboxEvent.objects.count() == 1100  # and whoever publishes does not

        notification.start()
        eventually(lambda: len(billing.ids) == len(notification.ids) == 1100)
        assert billing.ids == notification.ids == ids
        eventually(lambda: server.client().xlen(STREAM) < 600)

    def test_a_server_without_memory_loses_nothing(
        self, tmp_path_factory, settings, subscribe, server, relaying
    ):
        client = server.client()
        billing, notification = subscribe("billing"), subscribe("notification")
        ids = tell(50)
        eventually(lambda: len(billing.ids) == len(notification.ids) == 50)
        notification.stop()
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 400_000)

        ids += tell(1500)
        eventually(lambda: _has_refused(client))
        time.sleep(0.5)
        assert UnsentEvent.objects.exists()

        stream_capacity.KEPT, kept = 0, stream_capacity.KEPT
        try:
            notification.start()  # it reads, what it has read is trimmed, and there is room again
            eventually(lambda: len(billing.ids) == len(notification.ids) == 1550, seconds=40)
        finally:
            stream_capacity.KEPT = kept
        assert billing.ids == notification.ids == ids

    def test_a_server_without_memory_is_read_by_a_consumer_that_begins(self, server, calls):
        client, envelopes = server.client(), [sealed(placed()) for _ in range(30)]
        calls.append(lambda message: None)
        for publisher in publishers():
            client.xgroup_create(streams.stream_of(publisher), "trading", id="0", mkstream=True)
        for envelope in envelopes:
            client.xadd("events:billing", {"envelope": envelope})
        client.config_set("maxmemory", 1)
        with pytest.raises(redis.OutOfMemoryError):
            client.xadd("events:billing", {"envelope": envelopes[0]})
        consume_until(lambda: InboxEvent.objects.count() == 30)
        assert client.xpending("events:billing", "trading")["pending"] == 0


def _has_refused(client: Any) -> bool:
    """Whether anybody was told that there is no memory left.

    What it uses is no sign of it: the batch that it refuses takes memory only until it is refused.
    """
    return "errorstat_OOM" in client.info("errorstats")


def _acknowledged(server: Server) -> bool:
    return all(group["pending"] == 0 for group in server.client().xinfo_groups(STREAM))


def test_the_server_is_our_own(server: Server, tmp_path: Path) -> None:
    assert streams.shared().info("server")["process_id"] == server.process.pid
