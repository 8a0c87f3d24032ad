"""One open stream: pending events, and the lines that are sent."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from servicekit.auth.principals import Principal
from servicekit.event_stream import metrics

#: Milliseconds after which a browser asks again.
RETRY_MS = 2_000
#: An event, not a comment: a page is told of it, and knows that the stream runs while no price moves.
HEARTBEAT = b"event: heartbeat\ndata: {}\n\n"


@dataclass(eq=False)
class Listener:
    """One open stream.

    Attributes:
        names: what it listens to.
        counted: under which key it is counted: the user, or the address.
        user: the signed-in user, if any; the stream ends with the session and with the token.
    """

    names: frozenset[str]
    counted: str
    user: Principal | None = None
    _waiting: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: bool = False

    def offer(self, name: str, number: int, data: Mapping[str, Any]) -> None:
        """Offer it an event, in any thread; one of the same name that still waits is replaced."""
        if name in self.names:
            with self._lock:
                waits = self._waiting.get(name)
                if waits is None or number >= waits[0]:
                    self._waiting[name] = (number, data)
                if waits is not None:
                    metrics.dropped()
            self._wake()

    def end(self) -> None:
        """End it, in any thread, once what waits has been sent."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def lines(self, event: str) -> AsyncIterator[bytes]:
        """What goes over the connection."""
        self._loop = asyncio.get_running_loop()
        yield f"retry: {RETRY_MS}\n\n".encode()
        while True:
            for number, data in self._take():
                text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
                yield f"id: {number}\nevent: {event}\ndata: {text}\n\n".encode()
            if self._ended:
                return
            try:
                await asyncio.wait_for(self._changed.wait(), settings.STREAM_HEARTBEAT_S)
            except TimeoutError:
                yield HEARTBEAT

    def _take(self) -> list[tuple[int, Mapping[str, Any]]]:
        with self._lock:
            ordered = sorted(self._waiting.values(), key=lambda one: one[0])
            self._waiting.clear()
            self._changed.clear()
        return ordered
