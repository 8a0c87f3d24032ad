"""Following what has changed in a service's database (``publish/changes.py``), in its stream process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings

from servicekit.messaging import streams
from servicekit.messaging.threads import database_errors, fresh_connections

log = logging.getLogger(__name__)

#: Seconds of silence after which the connection is tried; and seconds before another after a failure.
SILENCE_S, RETRY_S = 30.0, 1.0


def follow_changes(
    changed: Callable[[list[str]], None], missed: Callable[[], None], stop: threading.Event
) -> None:
    """Call ``changed`` with the names of each message, in this thread, until ``stop``.

    Args:
        changed: what is told; may read the database.
        missed: called whenever messages are received from now on, and those before may have been missed.
    """
    while not stop.is_set():
        try:
            _follow(changed, missed, stop)
        except (redis.RedisError, OSError, *database_errors) as error:
            log.warning("changes: %s", error)
            stop.wait(RETRY_S)


def _follow(changed: Callable[[list[str]], None], missed: Callable[[], None], stop: threading.Event) -> None:
    client = streams.connect()
    subscription = client.pubsub()
    try:
        subscription.subscribe(streams.changes_channel(settings.SERVICE_NAME))
        tried = False
        while not stop.is_set():
            message: Any = subscription.get_message(timeout=SILENCE_S)
            if message is None and tried:
                raise redis.ConnectionError("the subscription is silent")
            if tried := message is None:
                subscription.ping()
            elif message["type"] == "subscribe":
                missed()
            elif message["type"] == "message":
                with fresh_connections():
                    changed(message["data"].split())
    finally:
        subscription.close()
        client.close()
