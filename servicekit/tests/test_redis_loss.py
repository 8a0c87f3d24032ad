"""What Redis may do to the events, on a server of the tests' own: nothing is lost, nobody helps."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import redis

from servicekit.messaging import streams
from servicekit.messaging.models import StreamState, UnsentEvent
from servicekit.messaging.publish import relay, stream_capacity, stream_writer
from servicekit.testing.waiting import wait
from servicekit.tests.conftest import TRADING
from servicekit.tests.sending import send_ticks, sent
from servicekit.tests.server import Server

pytestmark = pytest.mark.django_db(transaction=True)


class TestLoss:
    def test_everything_is_lost_and_everything_goes_on(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        before = send_ticks(300)
        wait(lambda: len(billing.ids) == len(notification.ids) == 300)
        stream_capacity.trim_stream()
        notification.stop()  # it has not received what comes now when it is lost
        before += send_ticks(200)
        wait(lambda: len(billing.ids) == 500 and sent())

        server.client().flushall()
        after = send_ticks(100)
        notification.start()

        wait(lambda: len(billing.ids) == len(notification.ids) == 600)
        assert billing.ids == notification.ids == before + after  # and in the old order
        # of the old ones only what not everybody had acknowledged was sent again
        assert server.client().xlen(TRADING) == 300

    def test_a_crash_loses_the_tail(self, server, subscribe, relaying):
        billing = subscribe("billing")
        ids = send_ticks(50)
        wait(lambda: len(billing.ids) == 50)
        billing.stop()
        ids += send_ticks(400)
        wait(sent)

        server.kill()
        server.lose_tail(0.5)
        server.start()

        assert server.client().xlen(TRADING) < 450
        billing.start()
        wait(lambda: len(billing.ids) == 450)
        assert billing.ids == ids

    def test_the_stream_is_deleted(self, server, subscribe, relaying):
        billing = subscribe("billing")
        ids = send_ticks(50)
        wait(lambda: len(billing.ids) == 50)
        billing.stop()
        ids += send_ticks(50)
        wait(sent)
        server.client().delete(TRADING)
        billing.start()
        wait(lambda: len(billing.ids) == 100)
        assert billing.ids == ids

    def test_a_group_is_deleted(self, server, subscribe, relaying):
        billing, notification = subscribe("billing"), subscribe("notification")
        ids = send_ticks(50)
        wait(lambda: len(billing.ids) == len(notification.ids) == 50)
        notification.stop()
        ids += send_ticks(50)
        wait(lambda: len(billing.ids) == 100)
        stream_capacity.trim_stream()
        server.client().xgroup_destroy(TRADING, "notification")
        stream_capacity.KEEP_ENTRIES, kept = 0, stream_capacity.KEEP_ENTRIES  # trim all that may be trimmed
        try:
            stream_capacity.trim_stream()
        finally:
            stream_capacity.KEEP_ENTRIES = kept
        notification.start()
        wait(lambda: len(notification.ids) == 100)
        assert notification.ids == ids

    def test_no_entry_gets_an_id_twice_though_the_clock_went_back(self, server, relaying):
        send_ticks(10)
        wait(sent)
        future = f"{int(time.time() + 3600) * 1000}-7"  # what was sent before the clock was set back
        StreamState.objects.update(last_entry=future, confirmed=future)
        server.client().flushall()
        ids = send_ticks(5)
        wait(sent)
        entries = [entry for entry, _ in server.client().xrange(TRADING)]
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

    send_ticks(1)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "_last_entry", changed_meanwhile)
        with pytest.raises(redis.WatchError):
            relay.send_batch()
    assert len(looks) == 1 + stream_writer.ATTEMPTS
    assert UnsentEvent.objects.count() == 1
    assert relay.send_batch() == 1
    assert sent()


def test_the_server_is_our_own(server: Server, tmp_path: Path) -> None:
    assert streams.shared().info("server")["process_id"] == server.process.pid
