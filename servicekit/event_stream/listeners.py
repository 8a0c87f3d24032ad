"""All open streams of this process: limits, delivery, and when they end."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from servicekit.auth.principals import Principal
from servicekit.errors import DomainError
from servicekit.event_stream import metrics
from servicekit.event_stream.errors import StreamsFull, TooManyStreams
from servicekit.event_stream.listener import Listener

CONTENT_TYPE = "text/event-stream; charset=utf-8"

#: Listeners at once: of one process, of one address, of one user.
MAX_OF_PROCESS = 1_000
MAX_OF_ADDRESS = 250
MAX_OF_USER = 10

_listeners: set[Listener] = set()
_by_name: defaultdict[str, set[Listener]] = defaultdict(set)
_counts: Counter[str] = Counter()
_lock = threading.Lock()
_stopping = False


def listen(request: HttpRequest, names: frozenset[str], user: Any) -> Listener:
    """Count a new listener in.

    Args:
        names: what it listens to.
        user: ``request.user`` of the API.

    Raises:
        TooManyStreams, StreamsFull: it may not.
    """
    known = user if isinstance(user, Principal) else None
    address = request.META.get("HTTP_X_FORWARDED_FOR", "")
    key, limit = (f"user {known.id}", MAX_OF_USER) if known else (f"address {address}", MAX_OF_ADDRESS)
    return count_in(Listener(names, key, known), limit)


def count_in(listener: Listener, limit: int) -> Listener:
    """Count one in whose key has at most so many.

    Raises:
        TooManyStreams, StreamsFull: it may not.
    """
    try:
        with _lock:
            if _counts[listener.counted] >= limit:
                raise TooManyStreams(limit=limit)
            if len(_listeners) >= MAX_OF_PROCESS or _stopping:
                raise StreamsFull()
            _listeners.add(listener)
            _counts[listener.counted] += 1
            for name in listener.names:
                _by_name[name].add(listener)
    except DomainError as error:
        metrics.refused(error.code)
        raise
    metrics.listening(+1)
    return listener


def answer(
    listener: Listener, feed: Callable[[], Coroutine[Any, Any, None]] | None = None
) -> StreamingHttpResponse:
    """The response that sends a listener everything it is offered.

    Args:
        feed: offers it what it is to be sent, beside the response and as long as that; not by a thread.
    """
    return StreamingHttpResponse(
        _Lines(listener, feed), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"}
    )


def listened(name: str) -> bool:
    """Whether anybody listens to it."""
    return name in _by_name


def offer(name: str, event: str, number: int, data: Mapping[str, Any], *, key: str = "") -> None:
    """Tell everybody who listens to a name, in any thread.

    Args:
        event: its name for clients.
        number: rises with what is sent; a client that was cut off says which it had (Last-Event-ID). 0: none.
        key: which thing it is of, where a name stands for several: of each only the latest waits.
    """
    for listener in tuple(_by_name.get(name, ())):
        listener.offer(event, key or name, number, data)


def offer_all(event: str) -> None:
    """Tell everybody who listens, whatever to."""
    for listener in tuple(_listeners):
        listener.offer(event, "", 0, {})


def end_all() -> None:
    """The process stops: every stream ends, and no other begins."""
    global _stopping
    _stopping = True
    for listener in tuple(_listeners):
        listener.end()


class _Lines:
    """A listener's lines; Django calls ``close`` when the response ends, even if it never began."""

    def __init__(self, listener: Listener, feed: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        self._listener, self._feed = listener, feed
        self._feeding: asyncio.Task[None] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._listener.user:
            from servicekit.event_stream import sessions  # the pages have no database to look into

            sessions.watch(_listeners)
        if self._feed:
            self._feeding = asyncio.get_running_loop().create_task(self._feed())
        async for line in self._listener.lines():
            yield line

    def close(self) -> None:
        _leave(self._listener)
        if self._feeding and not (loop := self._feeding.get_loop()).is_closed():
            loop.call_soon_threadsafe(self._feeding.cancel)


def _leave(listener: Listener) -> None:
    with _lock:
        if listener not in _listeners:
            return
        _listeners.discard(listener)
        for name in listener.names:
            _by_name[name].discard(listener)
            if not _by_name[name]:
                del _by_name[name]
        _counts[listener.counted] -= 1
        if not _counts[listener.counted]:
            del _counts[listener.counted]
    metrics.listening(-1)
