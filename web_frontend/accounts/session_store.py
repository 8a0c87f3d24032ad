"""Django's cache sessions, but a Redis that is away is an error (503), not a visitor who is signed out.

Django's own takes any failure to read for an empty session, and then deletes the browser's cookie.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import cache


class SessionStore(cache.SessionStore):
    """A session of ``django.core.cache``, under Django's own key."""

    cache_key_prefix = cache.KEY_PREFIX

    def load(self) -> dict[str, Any]:
        """The stored values; empty, under a new key, when there are none.

        Raises:
            redis.exceptions.RedisError: they could not be read.
        """
        values = self._cache.get(self.cache_key)  # type: ignore[attr-defined]
        if values is not None:
            return values
        self._session_key = None
        return {}
