"""The handlers of the test project, and the streams of a real Redis server, empty."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from servicekit.messaging.envelope import Received
from servicekit.messaging.publish import relay
from servicekit.testing.project import subscriptions
from servicekit.tests.server import Server, Subscriber, administrator

TRADING = "events:trading"
STREAMS = ("events:billing", TRADING)


@pytest.fixture
def calls() -> Iterator[list[Callable[[Received[Any]], None]]]:
    yield subscriptions.calls
    subscriptions.calls.clear()


@pytest.fixture
def batch_calls() -> Iterator[list[Callable[[Sequence[Received[Any]]], None]]]:
    yield subscriptions.batch_calls
    subscriptions.batch_calls.clear()


@pytest.fixture
def redis_streams() -> Iterator[Any]:
    """The administrator's client on the test server: it plays billing, whose stream trading reads."""
    client = administrator()
    for stream in STREAMS:
        client.xtrim(stream, maxlen=0, approximate=False)
    yield client
    for stream in STREAMS:
        client.xtrim(stream, maxlen=0, approximate=False)
    client.close()


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
        made.append(Subscriber(server, TRADING, group).start())
        return made[-1]

    yield start
    for subscriber in made:
        subscriber.stop()


@pytest.fixture
def relaying(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real relay, in a thread; it looks for losses often."""
    monkeypatch.setattr(relay, "LOSS_CHECK_INTERVAL_S", 0.1)
    monkeypatch.setattr(relay, "POLL_INTERVAL_S", 0.1)
    stop = threading.Event()

    def run() -> None:
        from django.db import connection

        relay.run(stop)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
