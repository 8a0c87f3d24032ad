"""The handlers of the test project, and the streams of a real Redis server, empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from servicekit.messaging.envelope import Received
from servicekit.testing.project import subscriptions
from servicekit.tests.server import administrator

STREAMS = ("events:billing", "events:trading")


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
