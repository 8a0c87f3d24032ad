"""Real worker processes: a graceful stop, a sudden end, and what they tell of themselves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client

from servicekit.ids import new_id
from servicekit.messaging.models import FailedEvent, InboxEvent
from servicekit.messaging.publish import publish, relay
from servicekit.testing.waiting import wait
from servicekit.tests.sending import cancel_requested, envelope_json, placed
from servicekit.tests.server import administrator

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "events:billing"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """``start()`` → a worker that takes 10 ms for an event; all are ended in the end."""
    workers: list[subprocess.Popen[bytes]] = []
    administrator().delete("celery:trading:tasks")

    def run(*command: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "BIRZHA_DATABASE_NAME": connection.settings_dict["NAME"],
            "BIRZHA_WORKER_METRICS": str(tmp_path / "w.sock"),
        }
        with (tmp_path / f"{len(workers)}.log").open("wb") as log:
            argv = [sys.executable, "-m", *(command or ("servicekit.tests.noting_worker", "0.01"))]
            workers.append(subprocess.Popen(argv, env=environment, stdout=log, stderr=log))
        return workers[-1]

    yield run
    for worker in workers:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


def send(client: Any, count: int) -> None:
    pipeline = client.pipeline()
    for _ in range(count):
        pipeline.xadd(STREAM, {"envelope": envelope_json(placed())})
    pipeline.execute()


def pending(client: Any) -> int:
    return int(client.xpending(STREAM, "trading")["pending"])


def in_hand(client: Any) -> bool:
    """Whether a worker has read a batch and not finished it."""
    groups = client.xinfo_groups(STREAM)
    return any(group["name"] == "trading" and group["pending"] for group in groups)


class TestStop:
    def test_the_batch_in_hand_is_finished_and_acknowledged(
        self, redis_streams: Any, start: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        send(redis_streams, 300)
        worker = start()
        wait(lambda: in_hand(redis_streams))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        handled = InboxEvent.objects.count()
        assert 0 < handled < 300
        assert get_user_model().objects.count() == handled
        assert pending(redis_streams) == 0

        start()
        wait(lambda: InboxEvent.objects.count() == 300 and pending(redis_streams) == 0)
        assert get_user_model().objects.count() == 300
        assert not FailedEvent.objects.exists()  # the second would have been refused

    def test_what_a_killed_worker_had_in_hand_is_done_by_the_next(
        self, redis_streams: Any, start: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        send(redis_streams, 250)
        worker = start()
        wait(lambda: in_hand(redis_streams))
        worker.kill()
        worker.wait()
        assert in_hand(redis_streams)
        start()
        wait(lambda: InboxEvent.objects.count() == 250 and pending(redis_streams) == 0)
        assert get_user_model().objects.count() == 250
        assert not FailedEvent.objects.exists()

    def test_an_idle_worker_stops_soon(self, start: Callable[[], subprocess.Popen[bytes]], tmp_path) -> None:
        worker = start()
        wait(lambda: b"ready" in (tmp_path / "0.log").read_bytes())
        time.sleep(1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0  # after which supervisord would kill it


def value(text: str, name: str) -> float:
    """The sample of that name and labels."""
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found)


class TestMetrics:
    def metrics(self) -> str:
        answer = Client().get("/metrics")
        assert answer.status_code == 200
        return answer.content.decode()

    def test_what_waits_and_what_the_worker_does(
        self, redis_streams: Any, start: Callable[[], Any], settings: Any, tmp_path: Path
    ) -> None:
        administrator().delete("events:trading")
        settings.WORKER_METRICS = str(tmp_path / "w.sock")
        for _ in range(3):
            with transaction.atomic():
                publish(cancel_requested(new_id()))
        relay.send_batch()
        administrator().xgroup_create("events:trading", "billing", id="0")
        with transaction.atomic():
            publish(cancel_requested(new_id()))
        text = self.metrics()
        assert value(text, "birzha_outbox_unsent_events") == 1
        assert 0 < value(text, "birzha_outbox_oldest_unsent_seconds") < 10
        assert value(text, 'birzha_stream_group_lag_events{group="billing"}') == 3
        assert value(text, 'birzha_stream_group_pending_events{group="billing"}') == 0
        assert value(text, "birzha_dead_letter_events") == 0
        assert "birzha_events_handled_total" not in text  # no worker, and the rest is told

        send(redis_streams, 20)
        redis_streams.xadd(STREAM, {"envelope": "{"})
        start()
        wait(lambda: InboxEvent.objects.count() == 20 and FailedEvent.objects.exists())
        wait(lambda: value(self.metrics(), "birzha_outbox_unsent_events") == 0)
        text = self.metrics()
        kind = '{type="billing.hold.placed.v1"}'
        assert value(text, f"birzha_events_handled_total{kind}") == 20
        assert 0.01 < value(text, f"birzha_event_handler_seconds_sum{kind}") < 10
        assert value(text, "birzha_event_batch_size_sum") == 20
        assert value(text, 'birzha_event_dead_letters_total{type=""}') == 1
        assert value(text, "birzha_events_sent_total") == 1
        assert value(text, "birzha_dead_letter_events") == 1
        names = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
        assert len(names) == len(set(names))
        administrator().delete("events:trading")


class TestTasks:
    def test_one_connection_serves_them_until_it_breaks(
        self, redis_streams: Any, start: Callable[..., subprocess.Popen[bytes]]
    ) -> None:
        start("servicekit.tests.task_worker")
        wait(lambda: get_user_model().objects.count() >= 4)
        (first,) = backends()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [first])
        wait(lambda: len(backends()) == 2)


def backends() -> set[int]:
    """The backends that have served the tasks."""
    names = get_user_model().objects.values_list("username", flat=True)
    return {int(name.partition("-")[0]) for name in names}
