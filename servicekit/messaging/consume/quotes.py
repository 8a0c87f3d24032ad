"""Following the quotes: a lossy stream of their own (``publish/quotes.py``), read without a group."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import redis

from servicekit.contracts import ContractError
from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging import streams
from servicekit.messaging.streams import QUOTES_STREAM
from servicekit.messaging.threads import database_errors, fresh_connections

log = logging.getLogger(__name__)

#: Messages read in one call, and milliseconds to wait for them.
READ_COUNT, BLOCK_MS = 8, 2000
#: So many reads in vain, and the reader looks whether the stream has begun anew.
CHECK_AFTER_EMPTY_READS = 5


def follow_quotes(handler: Callable[[QuotesUpdated], None], stop: threading.Event) -> None:
    """Call the handler with every message that the stream still has, in order, and with each that comes.

    The handler is also given messages that it has had before: the reader does not remember how far it was.
    """
    client = streams.connect(timeout=BLOCK_MS / 1000 + streams.SOCKET_TIMEOUT)
    last, in_vain = "0-0", 0
    while not stop.is_set():
        try:
            answer = client.xread({QUOTES_STREAM: last}, count=READ_COUNT, block=BLOCK_MS)
            in_vain = 0 if answer else in_vain + 1
            for entry, fields in answer[0][1] if answer else []:
                _handle(handler, fields)
                last = entry
            if in_vain >= CHECK_AFTER_EMPTY_READS:
                in_vain = 0
                if _was_recreated(client, last):
                    last = "0-0"
        except (redis.RedisError, *database_errors) as error:
            log.warning("quotes: %s", error)
            stop.wait(1)


def _handle(handler: Callable[[QuotesUpdated], None], fields: dict[str, str]) -> None:
    if fields.get("type") != QuotesUpdated.TYPE:
        return  # of another version of market_service
    try:
        message = QuotesUpdated.from_data(json.loads(fields["quotes"]))
    except (ContractError, ValueError, KeyError) as error:
        log.error("quotes that cannot be read: %s", error)
        return
    with fresh_connections():
        handler(message)


def _was_recreated(client: Any, last: str) -> bool:
    """Whether the newest entry is older than what was read: the stream was lost, its clock went back."""
    newest = client.xrevrange(QUOTES_STREAM, count=1)
    return bool(newest) and streams.entry_key(newest[0][0]) < streams.entry_key(last)
