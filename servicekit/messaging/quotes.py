"""Quotes: a stream of their own, bounded in bytes and lossy, because only the latest of each matters.

They go past the outbox: what is lost is told again, at the latest when the publisher has gone through all
instruments once (``QuotesUpdated.complete_since``). They never take the room of the events: the stream is
at most :data:`MOST_ENTRIES` messages of :data:`MOST_QUOTES` quotes, and it goes when Redis fills up.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import redis

from servicekit.contracts import ContractError
from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging import streams
from servicekit.messaging.threads import database_errors, fresh_connections

log = logging.getLogger(__name__)

QUOTES_STREAM = "quotes:market"

#: Quotes of one message at most: with the longest prices less than :data:`MOST_BYTES`.
MOST_QUOTES = 1_000
#: Bytes of one message at most.
MOST_BYTES = 65_536
#: Messages that the stream keeps: 4 MiB at most, and five minutes of a small exchange.
MOST_ENTRIES = 64
#: Redis may be this full; above it the quotes give their room to the events.
YIELD_ABOVE = 0.8
#: Messages read in one call, and milliseconds to wait for them.
READ, BLOCK_MS = 8, 2000
#: So many reads in vain, and the reader looks whether the stream has begun anew.
LOOK_AFTER = 5


def publish_quotes(messages: Sequence[QuotesUpdated]) -> None:
    """Send quotes. Call it after the commit; what cannot be sent is only logged.

    Args:
        messages: each of at most :data:`MOST_QUOTES` quotes, in the order of their numbers.
    """
    try:
        client = streams.shared()
        if _room(client):
            _add(client, messages)
        else:
            _give_way(client)
    except redis.RedisError as error:
        log.warning("quotes were not sent: %s", error)


def _room(client: Any) -> bool:
    memory = client.info("memory")
    return not memory["maxmemory"] or memory["used_memory"] < YIELD_ABOVE * memory["maxmemory"]


def _add(client: Any, messages: Sequence[QuotesUpdated]) -> None:
    pipeline = client.pipeline(transaction=False)
    for message in messages:
        fields = {"type": message.TYPE, "quotes": json.dumps(message.to_data(), separators=(",", ":"))}
        pipeline.xadd(QUOTES_STREAM, fields, maxlen=MOST_ENTRIES, approximate=False)
    try:
        pipeline.execute()
    except redis.OutOfMemoryError:
        _give_way(client)


def _give_way(client: Any) -> None:
    client.delete(QUOTES_STREAM)
    log.warning("quotes were not sent: Redis is nearly full, its memory is kept for the events")


def follow_quotes(handler: Callable[[QuotesUpdated], None], stop: threading.Event) -> None:
    """Call the handler with every message that the stream still has, in order, and with each that comes.

    The handler is also given messages that it has had before: the reader keeps no position of its own.
    """
    client = streams.connect(timeout=BLOCK_MS / 1000 + streams.SOCKET_TIMEOUT)
    last, in_vain = "0-0", 0
    while not stop.is_set():
        try:
            answer = client.xread({QUOTES_STREAM: last}, count=READ, block=BLOCK_MS)
            in_vain = 0 if answer else in_vain + 1
            for entry, fields in answer[0][1] if answer else []:
                _hand(handler, fields)
                last = entry
            if in_vain >= LOOK_AFTER:
                in_vain = 0
                if _begun_anew(client, last):
                    last = "0-0"
        except (redis.RedisError, *database_errors) as error:
            log.warning("quotes: %s", error)
            stop.wait(1)


def _hand(handler: Callable[[QuotesUpdated], None], fields: dict[str, str]) -> None:
    if fields.get("type") != QuotesUpdated.TYPE:
        return  # of another version of market_service
    try:
        message = QuotesUpdated.from_data(json.loads(fields["quotes"]))
    except (ContractError, ValueError, KeyError) as error:
        log.error("quotes that cannot be read: %s", error)
        return
    with fresh_connections():
        handler(message)


def _begun_anew(client: Any, last: str) -> bool:
    """Whether the newest entry is older than what was read: the stream was lost, its clock went back."""
    newest = client.xrevrange(QUOTES_STREAM, count=1)
    return bool(newest) and streams.entry_key(newest[0][0]) < streams.entry_key(last)
