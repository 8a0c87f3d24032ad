"""What is given up: the table has it or the stream still does, whatever fails meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from servicekit.audit.actors import Actor
from servicekit.messaging import threads
from servicekit.messaging.consume import failures
from servicekit.messaging.consume.consumer import Consumer
from servicekit.messaging.models import DroppedEvent, FailedEvent, InboxEvent
from servicekit.messaging.operate import dead_letters
from servicekit.testing.waiting import wait
from servicekit.tests.sending import consume_until, envelope_json, placed

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "events:billing"


@pytest.fixture
def tries(calls: list, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events that a handler was given which never works."""
    monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.01)
    monkeypatch.setattr(failures, "MAX_ATTEMPTS", 2)
    seen: list[Any] = []

    def handler(message: Any) -> None:
        seen.append(message)
        get_user_model().objects.create(username="left by a failed handler")
        raise ValueError("never")

    calls.append(handler)
    return seen


@contextmanager
def full_disk(writes: str) -> Iterator[None]:
    """A database that has no room for some writes to ``failed_events``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END$$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE {writes} ON failed_events FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse() CASCADE")


@contextmanager
def consuming() -> Iterator[None]:
    """The consumer as a worker runs it: begun anew whenever it raises, here without a pause."""
    stop = threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "RESTART_DELAY_S", 0.01)
        thread = threads.keep_running("consumer", lambda: Consumer(stop).run(), stop)
        try:
            yield
        finally:
            stop.set()
            thread.join(60)
    assert not thread.is_alive()


def pending(client: Any) -> int:
    return int(client.xpending(STREAM, "trading")["pending"])


def given_up() -> int:
    return dead_letters.dead_letters().count()


@pytest.mark.parametrize("writes", ["INSERT", "UPDATE OF attempts", "UPDATE OF dead_at"])
def test_while_the_database_cannot_keep_it_it_stays_on_the_stream(
    redis_streams: Any, tries: list[Any], writes: str
) -> None:
    with full_disk(writes):
        redis_streams.xadd(STREAM, {"envelope": envelope_json(placed())})
        with consuming():
            wait(lambda: len(tries) >= 3)  # it comes again and again
        assert pending(redis_streams) == 1
        assert given_up() == 0
    consume_until(lambda: given_up() == 1 and pending(redis_streams) == 0)
    assert not InboxEvent.objects.exists()
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("writes", ["INSERT", "UPDATE OF attempts", "UPDATE OF dead_at"])
def test_so_does_what_no_one_can_read(redis_streams: Any, calls: list, writes: str) -> None:
    with full_disk(writes):
        redis_streams.xadd(STREAM, {"envelope": "{"})
        with consuming():
            wait(lambda: redis_streams.exists(STREAM) and _read(redis_streams))
        assert pending(redis_streams) == 1
        assert not FailedEvent.objects.exists()  # not half of it either
    consume_until(lambda: given_up() == 1 and pending(redis_streams) == 0)


def _read(client: Any) -> bool:
    """Whether an entry was delivered twice at least: the first time was in vain."""
    rows = client.xpending_range(STREAM, "trading", "-", "+", 1)
    return bool(rows) and rows[0]["times_delivered"] >= 2


NUL = envelope_json(placed()).replace('"amount":5', '"amount":"five"')


@pytest.mark.parametrize(
    "envelope",
    [
        b"{\x00}",
        b"\xff\xfe\x80",
        NUL.replace("hold/", "hold/\\u0000").encode(),
        NUL.replace("hold/", "hold/\\ud800").encode(),
    ],
    ids=["a zero byte", "no UTF-8", "a zero in the subject", "half a character in the subject"],
)
def test_damaged_bytes_stop_nobody_and_are_kept(redis_streams: Any, calls: list, envelope: bytes) -> None:
    redis_streams.xadd(STREAM, {"envelope": envelope})
    redis_streams.xadd(STREAM, {"envelope": envelope_json(placed())})
    consume_until(lambda: InboxEvent.objects.count() == 1 and given_up() == 1)
    consume_until(lambda: pending(redis_streams) == 0)
    letter = dead_letters.dead_letters().get()
    assert letter.envelope
    assert not dead_letters.retry(letter.event_id).handled
    dead_letters.drop(letter.event_id, by=Actor.shell("anna"), reason="damaged")
    assert DroppedEvent.objects.count() == 1


def test_it_is_decided_without_redis(
    redis_streams: Any, tries: list[Any], calls: list, settings: Any
) -> None:
    for _ in range(2):
        redis_streams.xadd(STREAM, {"envelope": envelope_json(placed())})
    consume_until(lambda: given_up() == 2 and pending(redis_streams) == 0)
    settings.REDIS_URL = "unix:///nowhere.sock"
    first, second = dead_letters.dead_letters()
    calls.clear()
    assert dead_letters.retry(first.event_id, by=Actor.shell("anna"), reason="mended").handled
    dead_letters.drop(second.event_id, by=Actor.shell("anna"), reason="a test order")
    assert not FailedEvent.objects.exists()


def test_nothing_of_it_is_written_to_redis(redis_streams: Any, tries: list[Any]) -> None:
    before = set(redis_streams.keys("*"))
    redis_streams.xadd(STREAM, {"envelope": envelope_json(placed())})
    consume_until(lambda: given_up() == 1 and pending(redis_streams) == 0)
    assert set(redis_streams.keys("*")) <= before | {STREAM}


def test_what_was_handled_after_all_is_one_no_more(redis_streams: Any, tries: list[Any], calls: list) -> None:
    envelope = envelope_json(placed())
    redis_streams.xadd(STREAM, {"envelope": envelope})
    consume_until(lambda: given_up() == 1)
    calls.clear()
    redis_streams.xadd(STREAM, {"envelope": envelope})  # replayed by its publisher
    consume_until(lambda: InboxEvent.objects.count() == 1)
    failures.forget_handled()
    assert given_up() == 0
