"""The streams of users end with their session and with their token."""

from __future__ import annotations

import asyncio
import logging
import time
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection

from servicekit.auth.sessions import session_is_revoked
from servicekit.event_stream.listener import Listener

log = logging.getLogger(__name__)

_check: asyncio.Task[None] | None = None


def watch(listeners: set[Listener]) -> None:
    """Look from now on, in the running loop, until nobody listens any more."""
    global _check
    if _check is None or _check.done():
        _check = asyncio.get_running_loop().create_task(_end_expired(listeners))


async def _end_expired(listeners: set[Listener]) -> None:
    while listeners:
        users = {listener: listener.user for listener in tuple(listeners) if listener.user}
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
