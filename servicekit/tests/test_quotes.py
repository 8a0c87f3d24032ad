"""The stream of quotes: bounded in bytes, in order, and never in the way of the events."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

from servicekit.contracts.market import QuotesUpdated
from servicekit.ids import new_id
from servicekit.messaging import consume, streams
from servicekit.messaging.consume.quotes import follow_quotes
from servicekit.messaging.publish import quotes
from servicekit.messaging.streams import QUOTES_STREAM
from servicekit.testing.waiting import wait
from servicekit.tests.server import Server

NOON = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Server]:
    """A small server that this process's messaging uses instead of the shared one."""
    made = Server(tmp_path_factory.mktemp("v"), maxmemory="16mb")
    settings.REDIS_URL = made.url
    made.start()
    yield made
    made.kill()


def message(number: int, count: int = 1, *, price: str = "430.47") -> QuotesUpdated:
    return QuotesUpdated(
        quotes=[[str(new_id()), price] for _ in range(count)],
        confirmed_at=NOON,
        number=number,
        complete_since=number,
    )


def test_the_quotes_of_100000_instruments_fit_into_their_room(server: Server) -> None:
    for _ in range(3):
        widest = "999999999999.99999999"  # twelve digits before the point and eight after it
        quotes.publish_quotes([message(n, quotes.MAX_QUOTES, price=widest) for n in range(1, 103)])

    client = server.client()
    entries = client.xrange(QUOTES_STREAM)
    sizes = [sum(len(key) + len(value) for key, value in fields.items()) for _, fields in entries]
    assert max(sizes) <= quotes.MAX_BYTES
    assert len(entries) == quotes.MAX_ENTRIES
    assert client.memory_usage(QUOTES_STREAM, samples=0) < 6 << 20


def test_quotes_never_take_the_room_of_events(server: Server) -> None:
    client = server.client()
    many = [message(n, quotes.MAX_QUOTES) for n in range(1, 103)]
    sent = 0
    with pytest.raises(redis.OutOfMemoryError):
        while True:  # events of which nobody reads any, and quotes between them
            quotes.publish_quotes(many)
            for _ in range(500):
                client.xadd("events:market", {"envelope": "e" * 700})
                sent += 1

    assert client.exists(QUOTES_STREAM) == 0
    # of 16 MB some 2 are the server's own, and what is left is all the events'
    assert sent * 700 > 11e6
    quotes.publish_quotes(many)  # says so, raises nothing, and adds nothing
    assert client.exists(QUOTES_STREAM) == 0

    client.xtrim("events:market", maxlen=0, approximate=False)
    quotes.publish_quotes([message(200)])
    assert client.xlen(QUOTES_STREAM) == 1


def test_quotes_without_room_among_themselves_give_way(server: Server, monkeypatch: Any) -> None:
    monkeypatch.setattr(quotes, "MAX_MEMORY_SHARE", 2)  # it filled up between the look and the sending
    client = server.client()
    quotes.publish_quotes([message(1)])
    client.config_set("maxmemory", client.info("memory")["used_memory"])

    quotes.publish_quotes([message(2, 1000)])

    assert client.exists(QUOTES_STREAM) == 0


@pytest.fixture
def received(server: Server) -> Iterator[list[int]]:
    """The numbers of the messages that a follower has had."""
    numbers: list[int] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=follow_quotes, args=(lambda message: numbers.append(message.number), stop)
    )
    quotes.publish_quotes([message(1), message(2)])
    thread.start()
    yield numbers
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


def test_a_follower_receives_what_is_kept_and_then_every_message_in_order(
    received: list[int], server: Server
) -> None:
    wait(lambda: received == [1, 2])
    quotes.publish_quotes([message(n) for n in range(3, 60)])
    server.client().xadd(QUOTES_STREAM, {"quotes": "{}", "type": "market.quotes.updated.v9"})
    server.client().xadd(QUOTES_STREAM, {"quotes": "{}", "type": QuotesUpdated.TYPE})
    quotes.publish_quotes([message(60)])
    wait(lambda: received == list(range(1, 61)))


def test_a_follower_receives_a_stream_that_was_lost_while_the_clock_went_back(
    received: list[int], server: Server, monkeypatch: Any
) -> None:
    monkeypatch.setattr(consume.quotes, "BLOCK_MS", 100)
    wait(lambda: received == [1, 2])
    server.client().delete(QUOTES_STREAM)
    server.client().xadd(QUOTES_STREAM, _fields(message(3)), id="1-1")
    wait(lambda: received == [1, 2, 3])


def _fields(quotes: QuotesUpdated) -> dict[Any, Any]:
    import json

    return {"type": quotes.TYPE, "quotes": json.dumps(quotes.to_data())}


def test_nobody_to_send_to_is_no_error(settings: Any, tmp_path: Any) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    with pytest.raises(redis.RedisError):
        streams.shared()
    quotes.publish_quotes([message(1)])
