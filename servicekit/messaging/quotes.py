"""Quotes: a stream of their own, bounded and lossy, because only the latest matters.

They go past the outbox: a quote that is lost is replaced by the next one a few seconds later.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable

import redis

from servicekit.contracts.market import QuotesUpdated
from servicekit.messaging import streams
from servicekit.messaging.threads import database_errors, fresh_connections

log = logging.getLogger(__name__)

QUOTES_STREAM = "quotes:market"

#: About how many messages the stream keeps: enough to look at, little to hold.
KEPT = 100


def publish_quotes(quotes: QuotesUpdated) -> None:
    """Send the latest quotes. Call it after the commit; a lost message is only logged."""
    try:
        streams.shared().xadd(
            QUOTES_STREAM, {"quotes": json.dumps(quotes.to_data())}, maxlen=KEPT, approximate=True
        )
    except redis.RedisError as error:
        log.warning("quotes were not sent: %s", error)


def follow_quotes(handler: Callable[[QuotesUpdated], None], stop: threading.Event) -> None:
    """Call the handler with the latest message, at once and then whenever there is a newer one."""
    client = streams.connect()
    last = "0"
    while not stop.is_set():
        try:
            if last == "0":
                entries = client.xrevrange(QUOTES_STREAM, count=1)
            else:
                answer = client.xread({QUOTES_STREAM: last}, block=1000)
                entries = answer[0][1][-1:] if answer else []
            if not entries:
                if last == "0":
                    stop.wait(0.5)
                continue
            entry_id, fields = entries[0]
            with fresh_connections():
                handler(QuotesUpdated.from_data(json.loads(fields["quotes"])))
            last = entry_id
        except (redis.RedisError, *database_errors) as error:
            log.warning("quotes: %s", error)
            last = "0"
            stop.wait(1)
