"""The handlers of the test project, and the streams of a real Redis server, empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import redis

from servicekit.messaging import streams
from servicekit.messaging.envelope import Received
from servicekit.settings import environment
from servicekit.testing.project import subscriptions


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

    client = streams.shared()

    billing_client = redis.Redis.from_url(
        environment("billing").require("BIRZHA_REDIS_URL"), decode_responses=True
    )
    billing_client.xtrim("events:billing", maxlen=0, approximate=False)
    client.xtrim("events:trading", maxlen=0, approximate=False)
    yield billing_client
    billing_client.xtrim("events:billing", maxlen=0, approximate=False)
    billing_client.close()
