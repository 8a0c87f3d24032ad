"""All open streams of this process: limits, delivery, and when they end."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, StreamingHttpResponse

from servicekit.auth.principals import Principal
from servicekit.auth.sessions import session_is_revoked
from servicekit.errors import DomainError
from servicekit.event_stream import metrics
from servicekit.event_stream.errors import StreamsFull, TooManyStreams
from servicekit.event_stream.listener import Listener
from servicekit.event_stream.negotiation import CONTENT_TYPE

log = logging.getLogger(__name__)

#: Listeners at once: of one process, of one address, of one user.
MAX_OF_PROCESS = 1_000
MAX_OF_ADDRESS = 250
MAX_OF_USER = 10

_listeners: set[Listener] = set()
_counts: Counter[str] = Counter()
_lock = threading.Lock()
_stopping = False
_session_check: asyncio.Task[None] | None = None


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
    try:
        return _count_in(Listener(names, key, known), limit)
    except DomainError as error:
        metrics.refused(error.code)
        raise


def _count_in(listener: Listener, limit: int) -> Listener:
    with _lock:
        if _counts[listener.counted] >= limit:
            raise TooManyStreams(limit=limit)
        if len(_listeners) >= MAX_OF_PROCESS or _stopping:
            raise StreamsFull()
        _listeners.add(listener)
        _counts[listener.counted] += 1
    metrics.listening(+1)
    return listener


def answer(listener: Listener, event: str) -> StreamingHttpResponse:
    """The response that sends a listener everything it is offered, as events of this name."""
    return StreamingHttpResponse(
        _Lines(listener, event), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"}
    )


def offer(name: str, number: int, data: Mapping[str, Any]) -> None:
    """Tell everybody who listens to it, in any thread.

    Args:
        number: rises with what is sent; a client that was cut off says which it had (Last-Event-ID).
    """
    for listener in tuple(_listeners):
        listener.offer(name, number, data)


def end_all() -> None:
    """The process stops: every stream ends, and no other begins."""
    global _stopping
    _stopping = True
    for listener in tuple(_listeners):
        listener.end()


class _Lines:
    """A listener's lines; Django calls ``close`` when the response ends, even if it never began."""

    def __init__(self, listener: Listener, event: str) -> None:
        self._listener, self._event = listener, event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        global _session_check
        if _session_check is None or _session_check.done():
            _session_check = asyncio.get_running_loop().create_task(_check_sessions())
        async for line in self._listener.lines(self._event):
            yield line

    def close(self) -> None:
        _leave(self._listener)


def _leave(listener: Listener) -> None:
    with _lock:
        if listener not in _listeners:
            return
        _listeners.discard(listener)
        _counts[listener.counted] -= 1
        if not _counts[listener.counted]:
            del _counts[listener.counted]
    metrics.listening(-1)


async def _check_sessions() -> None:
    """End the streams of sessions that have ended and of tokens that have expired; until nobody listens."""
    while _listeners:
        users = {listener: listener.user for listener in tuple(_listeners) if listener.user}
        if users:
            gone = await sync_to_async(_revoked)({user.session_id for user in users.values()})
            for listener, user in users.items():
                if user.session_id in gone or user.expires_at < time.time():
                    listener.end()
        await asyncio.sleep(settings.STREAM_SESSION_CHECK_S)


def _revoked(sessions: set[UUID]) -> set[UUID]:
    try:
        return {session for session in sessions if session_is_revoked(session)}
    except DatabaseError as error:  # sign-outs meanwhile are noticed once it is back
        log.warning("ended sessions cannot be looked up: %s", error)
        connection.close()
        return set()
