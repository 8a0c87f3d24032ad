"""One open stream: pending events, and the lines that are sent."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings

from servicekit.auth.principals import Principal
from servicekit.event_stream import metrics

#: Milliseconds after which a browser asks again.
RETRY_MS = 2_000
#: An event, not a comment: a page is told of it, and knows that the stream runs while no price moves.
HEARTBEAT = b"event: heartbeat\ndata: {}\n\n"
#: Events that may wait for a listener, each of another thing; who is further behind is ended, and reads anew.
MAX_WAITING = 500


class PendingEvent(NamedTuple):
    """An event that is still to be sent.

    Attributes:
        number: rises with what is sent, and is the event's id; 0: it has none.
        event: its name.
        data: what it says, to be sent as JSON.
    """

    number: int
    event: str
    data: Mapping[str, Any]

    def text(self) -> bytes:
        """As it goes over the connection."""
        number = f"id: {self.number}\n" if self.number else ""
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"{number}event: {self.event}\ndata: {data}\n\n".encode()


@dataclass(eq=False)
class Listener:
    """One open stream.

    Attributes:
        names: what it listens to.
        counted: under which key it is counted: the user, the address, or the browser.
        user: the signed-in user, if any; the stream ends with the session and with the token.
    """

    names: frozenset[str]
    counted: str
    user: Principal | None = None
    _waiting: dict[tuple[str, str], PendingEvent] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: bool = False

    def offer(self, event: str, key: str, number: int, data: Mapping[str, Any]) -> None:
        """Offer it an event, in any thread; one of the same name and key that still waits is replaced."""
        with self._lock:
            waits = self._waiting.get((event, key))
            if waits is None or number >= waits.number:
                self._waiting[event, key] = PendingEvent(number, event, data)
            if waits is not None:
                metrics.dropped()
            self._ended = self._ended or len(self._waiting) > MAX_WAITING
        self._wake()

    def end(self) -> None:
        """End it, in any thread, once what waits has been sent."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def lines(self) -> AsyncIterator[bytes]:
        """What goes over the connection."""
        self._loop = asyncio.get_running_loop()
        yield f"retry: {RETRY_MS}\n\n".encode()
        while True:
            for waits in self._take():
                yield waits.text()
            if self._ended:
                return
            try:
                await asyncio.wait_for(self._changed.wait(), settings.STREAM_HEARTBEAT_S)
            except TimeoutError:
                yield HEARTBEAT

    def _take(self) -> list[PendingEvent]:
        with self._lock:
            ordered = sorted(self._waiting.values(), key=lambda one: one.number)
            self._waiting.clear()
            self._changed.clear()
        return ordered
