"""Server-sent events: answers that go on until the listener, the session or the process ends.

Whoever tells (``offer``) never waits for a slow listener: of each name only the latest is kept for it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.negotiation import BaseContentNegotiation

from servicekit.auth.principals import Principal
from servicekit.auth.sessions import session_is_revoked
from servicekit.errors import DomainError

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/event-stream; charset=utf-8"

#: Seconds without an event after which a line is sent that says nothing: who is gone is noticed.
HEARTBEAT_S = 15.0
#: Seconds between two looks whether a listener's session has ended.
SESSION_CHECK_S = 1.0
#: Listeners at once: of one process, of one address, of one user.
MAX_OF_PROCESS, MAX_OF_ADDRESS, MAX_OF_USER = 1_000, 250, 10
#: Seconds after which who is refused may ask again.
RETRY_AFTER_S = 5
#: Milliseconds after which a browser asks again.
RETRY_MS = 2_000


class TooManyStreams(DomainError):
    """One address or one user listens as often as may be."""

    code = "too_many_streams"
    status = 429
    title = _("Too many streams")
    retry_after = RETRY_AFTER_S
    message = _("%(limit)s streams are open from here already. Close one first.")


class StreamsFull(DomainError):
    """The process has as many listeners as it may."""

    code = "streams_full"
    status = 503
    title = _("All streams are taken")
    retry_after = RETRY_AFTER_S
    message = _("As many listen as can at the moment. Try again in a few seconds.")


@dataclass(eq=False)
class Listener:
    """One open stream.

    Attributes:
        names: what it listens to.
        counted: under which key it is counted: the user, or the address.
        user: who is signed in, if somebody is; the stream ends with the session and with the token.
    """

    names: frozenset[str]
    counted: str
    user: Principal | None = None
    expires_at: float | None = None
    _waiting: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: bool = False

    def offer(self, name: str, number: int, data: Mapping[str, Any]) -> None:
        """Tell it something, in any thread; what it was to be told of the same name is forgotten."""
        if name in self.names:
            with self._lock:
                if number >= self._waiting.get(name, (number, {}))[0]:
                    self._waiting[name] = (number, data)
            self._wake()

    def end(self) -> None:
        """End it, in any thread, once it has been told what waits."""
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
                await asyncio.wait_for(self._changed.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield b": \n\n"

    def _take(self) -> list[tuple[int, Mapping[str, Any]]]:
        with self._lock:
            taken = sorted(self._waiting.values(), key=lambda one: one[0])
            self._waiting.clear()
            self._changed.clear()
        return taken


_listeners: set[Listener] = set()
_counts: Counter[str] = Counter()
_lock = threading.Lock()
_stopping = False
_session_check: asyncio.Task[None] | None = None


def listen(request: HttpRequest, names: frozenset[str], user: Any, expires_at: float | None) -> Listener:
    """Count a new listener in.

    Args:
        names: what it listens to.
        user: ``request.user`` of the API.
        expires_at: when the access token does, if there is one.

    Raises:
        TooManyStreams, StreamsFull: it may not.
    """
    known = user if isinstance(user, Principal) else None
    address = request.META.get("HTTP_X_FORWARDED_FOR", "")
    key, limit = (f"user {known.id}", MAX_OF_USER) if known else (f"address {address}", MAX_OF_ADDRESS)
    with _lock:
        if _counts[key] >= limit:
            raise TooManyStreams(limit=limit)
        if len(_listeners) >= MAX_OF_PROCESS or _stopping:
            raise StreamsFull()
        listener = Listener(names, key, known, expires_at)
        _listeners.add(listener)
        _counts[key] += 1
    return listener


def answer(listener: Listener, event: str) -> StreamingHttpResponse:
    """The answer that tells a listener everything it is offered, as events of this name."""
    return StreamingHttpResponse(
        _Lines(listener, event), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"}
    )


def offer(name: str, number: int, data: Mapping[str, Any]) -> None:
    """Tell everybody who listens to it, in any thread.

    Args:
        number: rises with what is told; a client that was cut off says which it had (Last-Event-ID).
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
    """A listener's lines; Django calls ``close`` when the answer ends, also one that never began."""

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
        if listener in _listeners:
            _listeners.discard(listener)
            _counts[listener.counted] -= 1
            if not _counts[listener.counted]:
                del _counts[listener.counted]


async def _check_sessions() -> None:
    """End the streams of sessions that have ended and of tokens that have expired; until nobody listens."""
    while _listeners:
        known = [one for one in tuple(_listeners) if one.user]
        if known:
            gone = await sync_to_async(_revoked)({one.user.session_id for one in known if one.user})
            for one in known:
                if (one.user and one.user.session_id in gone) or (one.expires_at or 0) < time.time():
                    one.end()
        await asyncio.sleep(SESSION_CHECK_S)


def _revoked(sessions: set[UUID]) -> set[UUID]:
    try:
        return {session for session in sessions if session_is_revoked(session)}
    except DatabaseError as error:  # who has signed out meanwhile is seen once it is there again
        log.warning("ended sessions cannot be looked for: %s", error)
        connection.close()
        return set()


class NoNegotiation(BaseContentNegotiation):
    """A stream is what it is, whatever is asked for; its problems are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
