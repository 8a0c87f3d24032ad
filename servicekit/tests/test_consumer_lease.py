"""Two real workers of one service on the same streams: each event once, each subject in its order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from servicekit.ids import new_id
from servicekit.messaging.consume.consumer_lease import CONSUMER_LOCK
from servicekit.messaging.models import FailedEvent, InboxEvent
from servicekit.testing.waiting import wait
from servicekit.tests.sending import envelope_json, placed
from servicekit.tests.server import administrator

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "events:billing"
SUBJECTS = 40


class Sender:
    """Sends events of a few subjects, each subject's with growing sequence numbers."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.orders = [new_id() for _ in range(SUBJECTS)]
        self.sent = 0

    def send(self, count: int) -> None:
        pipeline = self.client.pipeline()
        for number in range(self.sent, self.sent + count):
            event = placed(self.orders[number % SUBJECTS])
            pipeline.xadd(STREAM, {"envelope": envelope_json(event, sequence=1 + number // SUBJECTS)})
        pipeline.execute()
        self.sent += count


Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(lease_s=0.5)`` → a worker with a lease of so many seconds; all are ended in the end."""
    workers: list[subprocess.Popen[bytes]] = []
    administrator().delete("celery:trading:tasks")

    def run(lease_s: float) -> subprocess.Popen[bytes]:
        number = len(workers)
        (tmp_path / f"{number}.lease").write_text(f"{lease_s}", encoding="ascii")
        variables = os.environ | {
            "BIRZHA_DATABASE_NAME": connection.settings_dict["NAME"],
            "BIRZHA_WORKER_METRICS": str(tmp_path / f"{number}.sock"),
            "BIRZHA_LEASE_FILE": str(tmp_path / f"{number}.lease"),
        }
        with (tmp_path / f"{number}.log").open("wb") as log:
            argv = [sys.executable, "-m", "servicekit.tests.noting_worker"]
            workers.append(subprocess.Popen(argv, env=variables, stdout=log, stderr=log))
        return workers[-1]

    yield run
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.wait(20)


def handled_by() -> dict[str, int]:
    """Process id → how many events it has handled."""
    counts: dict[str, int] = defaultdict(int)
    for pid in get_user_model().objects.values_list("last_name", flat=True):
        counts[pid] += 1
    return dict(counts)


def assert_in_order() -> None:
    """Each subject's events were handled in the order of their sequence."""
    sequences: dict[str, list[int]] = defaultdict(list)
    for name in get_user_model().objects.order_by("id").values_list("username", flat=True):
        subject, _, sequence = name.rpartition(":")
        sequences[subject].append(int(sequence))
    assert len(sequences) == SUBJECTS
    assert all(found == sorted(found) for found in sequences.values())


def send_until_both_work(sender: Sender) -> None:
    end = time.monotonic() + 60
    while len(handled_by()) < 2:
        assert time.monotonic() < end, handled_by()
        sender.send(5)
        time.sleep(0.05)


def everything_is_handled(sender: Sender) -> bool:
    pending = sender.client.xpending(STREAM, "trading")["pending"]
    return InboxEvent.objects.count() == sender.sent and pending == 0


def test_two_workers_take_turns(redis_streams: Any, start: Start) -> None:
    sender = Sender(redis_streams)
    workers = [start(lease_s=0.5), start(lease_s=0.5)]
    end = time.monotonic() + 60
    while len(handled_by()) < 2 or sender.sent < 1000:
        assert time.monotonic() < end, handled_by()
        sender.send(20)
        time.sleep(0.1)
    wait(lambda: everything_is_handled(sender))
    assert set(handled_by()) == {str(worker.pid) for worker in workers}
    assert_in_order()
    assert not FailedEvent.objects.exists()


def test_the_share_is_about_that_of_the_turns(redis_streams: Any, start: Start) -> None:
    sender = Sender(redis_streams)
    stable, canary = start(lease_s=2.7), start(lease_s=0.3)
    send_until_both_work(sender)
    get_user_model().objects.all().delete()
    before = InboxEvent.objects.count()
    end = time.monotonic() + 9
    while time.monotonic() < end:
        sender.send(5)
        time.sleep(0.05)
    wait(lambda: everything_is_handled(sender))
    counts = handled_by()
    total = sender.sent - before
    assert 0.03 * total < counts.get(str(canary.pid), 0) < 0.45 * total, counts
    assert counts[str(stable.pid)] > 0.5 * total


def test_the_order_survives_lost_connections_and_killed_workers(redis_streams: Any, start: Start) -> None:
    sender = Sender(redis_streams)
    workers = [start(lease_s=0.5), start(lease_s=0.5)]
    send_until_both_work(sender)
    for number in range(12):
        sender.send(40)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_locks
                WHERE locktype = 'advisory' AND objid = %s AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """,
                [CONSUMER_LOCK],
            )
        if number == 6:
            workers[0].kill()
            start(lease_s=0.5)
        time.sleep(0.25)
    wait(lambda: everything_is_handled(sender))
    assert_in_order()
    assert get_user_model().objects.count() == sender.sent


def test_a_share_of_nothing_consumes_nothing(redis_streams: Any, start: Start) -> None:
    sender = Sender(redis_streams)
    idle = start(lease_s=0)
    time.sleep(3)
    sender.send(80)
    busy = start(lease_s=1)
    wait(lambda: everything_is_handled(sender))
    assert handled_by() == {str(busy.pid): 80}
    assert idle.poll() is None
