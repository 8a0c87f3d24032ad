"""Waking the relay once something was committed: at once in its own process, by a message from others.

A wake that is lost costs two seconds: the relay also looks by itself.
"""

from __future__ import annotations

import logging
import threading

import redis
from django.conf import settings

from servicekit.messaging import streams
from servicekit.messaging.threads import keep_running

log = logging.getLogger(__name__)

#: Seconds that the listener waits for a message in one call.
LISTEN_TIMEOUT_S = 30.0

_here: threading.Event | None = None


def wake_relay() -> None:
    """Tell the service's relay, wherever it runs, to look now."""
    if _here is not None:
        _here.set()
        return
    try:
        streams.shared().publish(streams.wake_channel(settings.SERVICE_NAME), "")
    except redis.RedisError as error:
        log.warning("the relay could not be woken: %s", error)


class RelayWakeup:
    """What wakes the relay of this process, from here and from the service's other processes."""

    def __init__(self) -> None:
        global _here
        self._woken = threading.Event()
        self._closed = threading.Event()
        _here = self._woken
        keep_running("relay-wakeup", self._listen, self._closed)

    def wait(self, seconds: float) -> None:
        """Return when it was woken since the last time, or after so many seconds."""
        self._woken.wait(seconds)
        self._woken.clear()

    def close(self) -> None:
        """From now on others must be told by a message: this process relays no more."""
        global _here
        self._closed.set()
        if _here is self._woken:
            _here = None

    def _listen(self) -> None:
        client = streams.connect(timeout=LISTEN_TIMEOUT_S + streams.SOCKET_TIMEOUT)
        wakes = client.pubsub(ignore_subscribe_messages=True)
        try:
            wakes.subscribe(streams.wake_channel(settings.SERVICE_NAME))
            while not self._closed.is_set():
                if wakes.get_message(timeout=LISTEN_TIMEOUT_S):
                    self._woken.set()
        except redis.RedisError as error:
            log.warning("Redis does not answer who waits to wake the relay: %s", error)
            self._closed.wait(1)
        finally:
            wakes.close()
            client.close()
