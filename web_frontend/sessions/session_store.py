"""Django's cache sessions, but a Redis that is down is an error (503), not a signed-out visitor.

Django's own takes any failure to read for an empty session, and then deletes the browser's cookie. A user
has so many of them and no more, so that signing in over and over fills nothing.
"""

from __future__ import annotations

from typing import Any

import jwt
from django.conf import settings
from django.contrib.sessions.backends import cache as cache_sessions
from django.core.cache import cache

#: What is kept under a name of its own for a session, before ``:`` and the session's key.
BESIDE = ("tokens", "unread")


class SessionStore(cache_sessions.SessionStore):
    """A session of ``django.core.cache``, under Django's own key."""

    cache_key_prefix = cache_sessions.KEY_PREFIX

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.beside: dict[str, Any] = {}

    def load(self) -> dict[str, Any]:
        """The stored values; empty, under a new key, when there are none.

        ``beside`` has then what a signed-in visitor's page needs next, read in the same go: name in the cache
        → value, None: none is kept.

        Raises:
            redis.exceptions.RedisError: they could not be read.
        """
        beside = [f"{name}:{self.session_key}" for name in BESIDE]
        found = self._cache.get_many([self.cache_key, *beside])  # type: ignore[attr-defined]
        self.beside = {name: found.get(name) for name in beside}
        values = found.get(self.cache_key)
        if values is not None:
            return values
        self._session_key = None
        return {}


def remember_session(access: str, *, session_key: str, tokens_key: str) -> None:
    """Note a new session of a user, and forget the oldest beyond ``SESSIONS_PER_USER``.

    Args:
        access: the new access token; says whose it is.
        session_key: of the new session.
        tokens_key: under which its tokens are.
    """
    try:
        user = jwt.decode(access, options={"verify_signature": False})["sub"]
    except (jwt.PyJWTError, KeyError):  # not a token of ours: there is no user to bound
        return
    noted = f"sessions:{user}"
    known: list[list[str]] = [*(cache.get(noted) or []), [session_key, tokens_key]]
    for old_session, old_tokens in known[: -settings.SESSIONS_PER_USER]:
        cache.delete_many([f"{SessionStore.cache_key_prefix}{old_session}", old_tokens])
    cache.set(noted, known[-settings.SESSIONS_PER_USER :], timeout=settings.SESSION_COOKIE_AGE)
