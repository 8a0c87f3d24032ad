"""Redis streams: their names, and a connection to the server they live on."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings

from servicekit import redis_address

#: Market's quotes: bounded and lossy, see ``publish/quotes.py``.
QUOTES_STREAM = "quotes:market"
#: Seconds without an answer after which a call to Redis is given up.
SOCKET_TIMEOUT = 5.0
#: :func:`entry_key` in SQL, of a column ``last_entry``. An entry's number may be larger than a bigint.
LAST_ENTRY_KEY = "(split_part(last_entry, '-', 1)::bigint, split_part(last_entry, '-', 2)::numeric)"


def stream_of(service: str) -> str:
    """The stream that a service publishes on: ``events:trading``."""
    return f"events:{service}"


def wake_channel(service: str) -> str:
    """The pub/sub channel that wakes a service's relay after a commit."""
    return f"wake:{service}"


def changes_channel(service: str) -> str:
    """The pub/sub channel by which a service's stream process hears what has changed."""
    return f"changes:{service}"


def entry_key(entry: str) -> tuple[int, int]:
    """A stream entry's id (``<milliseconds>-<number>``) as what entries are ordered by."""
    milliseconds, _, number = entry.partition("-")
    return int(milliseconds), int(number)


def connect(*, timeout: float = SOCKET_TIMEOUT, own: bool = False) -> Any:
    """A redis-py client.

    Args:
        timeout: seconds without an answer after which a call is given up.
        own: it has one connection, made here, for one thread. redis-py's pool asks the kernel before
            every call whether the connection that it hands out is still there.

    Returns:
        A ``redis.Redis`` that answers text; ``Any``, because the library types every answer as the
        union of what two protocols and two decodings may give.

    Raises:
        redis.ConnectionError: ``own``, and Redis is not there.
    """
    return redis_address.connect(
        settings.REDIS_URL,
        socket_timeout=timeout,
        socket_connect_timeout=SOCKET_TIMEOUT,
        decode_responses=True,
        encoding_errors="backslashreplace",  # a damaged entry is read as text too, so that it can be given up
        protocol=2,
        single_connection_client=own,
    )


def shared() -> Any:
    """The thread's own client, for calls that do not block.

    Raises:
        redis.ConnectionError: Redis is not there.
    """
    if getattr(_clients, "url", None) != settings.REDIS_URL:
        _clients.client, _clients.url = connect(own=True), settings.REDIS_URL
    return _clients.client


_clients = threading.local()
