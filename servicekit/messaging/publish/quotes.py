"""The stream of quotes: bounded in bytes and lossy, because only the latest quote of each instrument matters.

They bypass the outbox: what is lost is sent again, at the latest when the publisher has gone through all
instruments once (``QuotesUpdated.complete_since``). They never take the room of the events: the stream is
at most :data:`MAX_ENTRIES` messages of :data:`MAX_QUOTES` quotes, and it goes when Redis fills up.
Who follows them: ``consume/quotes.py``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import redis

from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging import streams
from servicekit.messaging.streams import QUOTES_STREAM

log = logging.getLogger(__name__)

#: Quotes of one message at most: with the longest prices less than :data:`MAX_BYTES`.
MAX_QUOTES = 1_000
#: Bytes of one message at most.
MAX_BYTES = 65_536
#: Messages that the stream keeps: 4 MiB at most, and five minutes of a small exchange.
MAX_ENTRIES = 64
#: Redis may be this full; above it the stream of quotes is dropped in favour of the events.
MAX_MEMORY_SHARE = 0.8


def publish_quotes(messages: Sequence[QuotesUpdated]) -> None:
    """Send quotes. Call it after the commit; what cannot be sent is only logged.

    Args:
        messages: each of at most :data:`MAX_QUOTES` quotes, in the order of their numbers.
    """
    try:
        client = streams.shared()
        if _has_memory(client):
            _add(client, messages)
        else:
            _drop_stream(client)
    except redis.RedisError as error:
        log.warning("quotes were not sent: %s", error)


def _has_memory(client: Any) -> bool:
    memory = client.info("memory")
    return not memory["maxmemory"] or memory["used_memory"] < MAX_MEMORY_SHARE * memory["maxmemory"]


def _add(client: Any, messages: Sequence[QuotesUpdated]) -> None:
    pipeline = client.pipeline(transaction=False)
    for message in messages:
        fields = {"type": message.TYPE, "quotes": json.dumps(message.to_data(), separators=(",", ":"))}
        pipeline.xadd(QUOTES_STREAM, fields, maxlen=MAX_ENTRIES, approximate=False)
    try:
        pipeline.execute()
    except redis.OutOfMemoryError:
        _drop_stream(client)


def _drop_stream(client: Any) -> None:
    client.delete(QUOTES_STREAM)
    log.warning("quotes were not sent: Redis is nearly full, and events come first")
