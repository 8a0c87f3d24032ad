"""What the pages keep in Redis cannot be read there: names are digests, values are encrypted.

Who can read Redis, or its file on the disk, learns neither a cookie nor a token, and cannot make a session:
a value that was not encrypted with this system's key counts as none. ``BACKEND``, ``KEY_FUNCTION`` and
``serializer`` of Django's cache (config/settings.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
from functools import cache, cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.encoding import force_bytes

from servicekit import redis_address

logger = logging.getLogger(__name__)

NONCE_BYTES = 12  # of AES-GCM, NIST SP 800-38D


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """The name in Redis: the prefix, by which the frontend's Redis user is let in, and a digest."""
    digest = hmac.new(_secret("names"), f"{version}:{key}".encode(), hashlib.sha256).hexdigest()
    return f"{key_prefix}:{digest}"


class EncryptedJson:
    """JSON, encrypted with AES-256-GCM under a key that is made of SECRET_KEY."""

    def dumps(self, value: Any) -> bytes:
        """The encrypted value."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + _cipher().encrypt(nonce, json.dumps(value).encode(), None)

    def loads(self, data: bytes) -> Any:
        """The value; None for what was encrypted with another key, or changed."""
        try:
            return json.loads(_cipher().decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None))
        except (InvalidTag, ValueError):
            logger.warning("a value in Redis was not encrypted with this system's key; it counts as none")
            return None


class SharedClient(RedisCacheClient):
    """One client of Redis, where Django makes one for every call; also of one that Sentinels know."""

    @cached_property
    def _shared_client(self) -> Any:
        return super().get_client()

    _servers: list[str]
    _pool_options: dict[str, Any]

    def _get_connection_pool(self, write: bool) -> Any:
        return redis_address.pool(self._servers[0], **self._pool_options)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client, whatever is asked for: there is one server."""
        return self._shared_client


class EncryptedCache(RedisCache):
    """Django's cache in Redis; each thread has its own, and so one client."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SharedClient


@cache
def _cipher() -> AESGCM:
    return AESGCM(_secret("values"))


@cache
def _secret(purpose: str) -> bytes:
    """32 bytes for one purpose, of SECRET_KEY (HKDF, RFC 5869)."""
    derive = HKDF(SHA256(), 32, salt=None, info=f"birzha web sessions: {purpose}".encode())
    return derive.derive(force_bytes(settings.SECRET_KEY))
