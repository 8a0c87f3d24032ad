"""Wakes the relay after a commit: directly in its own process, by a message from other processes.

A lost wake-up costs two seconds: the relay also polls.
"""

from __future__ import annotations

import logging
import os
import select
import time
from contextlib import suppress
from typing import Any

import redis
from django.conf import settings

from servicekit.messaging import streams

log = logging.getLogger(__name__)

#: Seconds before subscribing again after a failure.
RESUBSCRIBE_S = 1.0

_local: RelayWakeup | None = None


def wake_relay() -> None:
    """Tell the service's relay, wherever it runs, to look now."""
    if (here := _local) is not None:
        here.wake()
        return
    try:
        streams.shared().publish(streams.wake_channel(settings.SERVICE_NAME), "")
    except redis.RedisError as error:
        log.warning("the relay could not be woken: %s", error)


class RelayWakeup:
    """Wakes the relay of this process, from this and the service's other processes.

    The relay's thread waits for both at once: a thread that received the messages for it would be one switch
    more before each event.
    """

    def __init__(self) -> None:
        global _local
        self._woken = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._connection: Any = None
        self._listen_at = 0.0
        self._poll = select.poll()
        self._poll.register(self._woken, select.POLLIN)
        _local = self

    def __del__(self) -> None:
        os.close(self._woken)  # not before: a thread that is about to wake it still uses it

    def wake(self) -> None:
        """Let the relay look, now or when it waits the next time."""
        os.eventfd_write(self._woken, 1)

    def wait(self, seconds: float) -> None:
        """Return when it was woken since the last time, or after so many seconds."""
        if self._connection is None and time.monotonic() >= self._listen_at:
            self._listen()
        for ready, _ in self._poll.poll(seconds * 1000):
            if ready == self._woken:
                os.eventfd_read(self._woken)
            else:
                self._receive()

    def close(self) -> None:
        """From now on the others are woken by a message: this process relays no more."""
        global _local
        if _local is self:
            _local = None
        self._stop_listening()

    def _listen(self) -> None:
        self._listen_at = time.monotonic() + RESUBSCRIBE_S
        try:
            self._connection = streams.connect().connection_pool.get_connection()
            self._connection.send_command("SUBSCRIBE", streams.wake_channel(settings.SERVICE_NAME))
            self._poll.register(self._connection._sock, select.POLLIN)
        except redis.RedisError as error:
            log.warning("Redis does not answer the relay's subscription: %s", error)
            self._stop_listening()

    def _receive(self) -> None:
        """Read what has come; that something has is all that it says."""
        try:
            if self._connection._sock.recv(65_536):
                return
            log.warning("Redis closed the relay's subscription")
        except OSError as error:
            log.warning("Redis does not answer the relay's subscription: %s", error)
        self._stop_listening()

    def _stop_listening(self) -> None:
        if (connection := self._connection) is None:
            return
        self._connection = None
        if connection._sock is not None:
            with suppress(KeyError):  # refused before it was listened to
                self._poll.unregister(connection._sock)
        connection.disconnect()
