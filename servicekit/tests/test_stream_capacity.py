"""Streams are trimmed to what is kept; a full Redis makes the relay wait."""

from __future__ import annotations

import time
from typing import Any

import pytest
import redis

from servicekit.messaging import streams
from servicekit.messaging.consume.subscriptions import publishers
from servicekit.messaging.models import InboxEvent, OutboxEvent, StreamGroup, StreamState, UnsentEvent
from servicekit.messaging.publish import relay, stream_capacity
from servicekit.testing.waiting import wait
from servicekit.tests.conftest import TRADING
from servicekit.tests.sending import consume_until, envelope_json, placed, send_ticks, sent
from servicekit.tests.server import Server

pytestmark = pytest.mark.django_db(transaction=True)


class TestTrim:
    @pytest.fixture(autouse=True)
    def _keep_nothing(self, monkeypatch):
        monkeypatch.setattr(stream_capacity, "KEEP_ENTRIES", 0)

    def test_never_past_the_slowest(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        send_ticks(100)
        wait(lambda: len(billing.ids) == len(notification.ids) == 100)
        wait(lambda: _acknowledged(server))
        notification.stop()
        send_ticks(60)
        wait(lambda: len(billing.ids) == 160)
        assert stream_capacity.trim_stream() == 100
        assert stream_capacity.trim_stream() == 0
        assert server.client().xlen(TRADING) == 60
        (slowest,) = StreamGroup.objects.filter(name="notification")
        assert StreamState.objects.get().confirmed == slowest.acknowledged

    def test_what_was_read_and_not_acknowledged_stays(self, server, subscribe, relaying):
        send_ticks(20)
        wait(sent)
        client = server.client()
        client.xgroup_create(TRADING, "slow", id="0")
        entries = client.xreadgroup("slow", "c", {TRADING: ">"})[0][1]
        client.xack(TRADING, "slow", *[entry for entry, _ in entries[:5]], entries[9][0])
        assert stream_capacity.trim_stream() == 5
        assert [entry for entry, _ in client.xrange(TRADING)] == [entry for entry, _ in entries[5:]]

    def test_a_group_that_vanished_is_not_forgotten(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        send_ticks(20)
        wait(lambda: len(billing.ids) == len(notification.ids) == 20)
        wait(lambda: _acknowledged(server))
        stream_capacity.trim_stream()
        notification.stop()
        server.client().xgroup_destroy(TRADING, "notification")
        send_ticks(30)
        wait(lambda: len(billing.ids) == 50 and _acknowledged(server))
        assert stream_capacity.trim_stream() == 0
        assert server.client().xlen(TRADING) == 30

    def test_a_stream_that_nobody_reads_is_not_trimmed(self, server, relaying):
        send_ticks(20)
        wait(sent)
        assert stream_capacity.trim_stream() == 0
        assert server.client().xlen(TRADING) == 20


class TestBackPressure:
    def test_a_slow_subscriber_slows_nobody_until_the_stream_is_full(
        self, server, subscribe, relaying, monkeypatch
    ):
        monkeypatch.setattr(stream_capacity, "MAX_ENTRIES", 600)
        monkeypatch.setattr(stream_capacity, "CHECK_EVERY_ENTRIES", 100)
        monkeypatch.setattr(stream_capacity, "KEEP_ENTRIES", 0)
        monkeypatch.setattr(relay, "BATCH", 50)
        billing, notification = subscribe("billing"), subscribe("notification")
        ids = send_ticks(100)
        wait(lambda: len(billing.ids) == len(notification.ids) == 100)
        notification.stop()

        ids += send_ticks(400)
        wait(lambda: len(billing.ids) == 500)  # the other goes on
        ids += send_ticks(600)
        wait(lambda: server.client().xlen(TRADING) >= 600)
        time.sleep(0.5)
        assert 600 <= server.client().xlen(TRADING) < 750  # bounded: the relay waits
        assert OutboxEvent.objects.count() == 1100  # and whoever publishes does not

        notification.start()
        wait(lambda: len(billing.ids) == len(notification.ids) == 1100)
        assert billing.ids == notification.ids == ids
        wait(lambda: server.client().xlen(TRADING) < 600)

    def test_a_server_without_memory_loses_nothing(
        self, tmp_path_factory, settings, subscribe, server, relaying
    ):
        client = server.client()
        billing, notification = subscribe("billing"), subscribe("notification")
        ids = send_ticks(50)
        wait(lambda: len(billing.ids) == len(notification.ids) == 50)
        notification.stop()
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 400_000)

        ids += send_ticks(1500)
        wait(lambda: _has_refused(client))
        time.sleep(0.5)
        assert UnsentEvent.objects.exists()

        stream_capacity.KEEP_ENTRIES, kept = 0, stream_capacity.KEEP_ENTRIES
        try:
            notification.start()  # it reads, what it has read is trimmed, and there is room again
            wait(lambda: len(billing.ids) == len(notification.ids) == 1550)
        finally:
            stream_capacity.KEEP_ENTRIES = kept
        assert billing.ids == notification.ids == ids

    def test_a_server_without_memory_is_read_by_a_consumer_that_begins(self, server, calls):
        client, envelopes = server.client(), [envelope_json(placed()) for _ in range(30)]
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
    return all(group["pending"] == 0 for group in server.client().xinfo_groups(TRADING))
