"""user_service's public keys, fetched from its JWKS: the one call from service to service.

The last good keys stay in use while the URL returns garbage or nothing. An unknown key id makes
one early fetch, at most every :data:`RETRY` seconds, so that a flood of forged tokens costs nothing.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
from django.conf import settings

log = logging.getLogger(__name__)

#: Seconds that fetched keys are used before they are fetched anew.
MAX_AGE = 300.0
#: Seconds between two fetches at least.
RETRY = 2.0


class KeysUnavailable(Exception):
    """No key has ever been fetched, and none can be now."""


class KeySet:
    """The keys at one address: ``unix:/path/user.sock:/.well-known/jwks.json``, ``http…`` or ``file:``."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._keys: dict[str, Any] = {}
        self._fetched = 0.0
        self._tried = 0.0
        self._lock = threading.Lock()

    @property
    def fetched_at(self) -> float:
        """When the present keys were fetched (monotonic seconds): distinguishes one fetch from another."""
        return self._fetched

    def find(self, kid: str) -> Any | None:
        """The public key of that id; None when user_service publishes no such key.

        Raises:
            KeysUnavailable: nothing is known yet and user_service does not answer.
        """
        now = time.monotonic()
        if kid in self._keys and now - self._fetched < MAX_AGE:
            return self._keys[kid]
        with self._lock:
            if kid not in self._keys or now - self._fetched >= MAX_AGE:
                self._refresh()
        if not self._keys:
            raise KeysUnavailable(self.address)
        return self._keys.get(kid)

    def _refresh(self) -> None:
        now = time.monotonic()
        if self._tried and now - self._tried < RETRY and self._keys:
            return
        self._tried = now
        try:
            document = json.loads(self._read())
            keys = {
                entry["kid"]: jwt.PyJWK(entry, algorithm="RS256").key
                for entry in document["keys"]
                if entry.get("kty") == "RSA"
            }
        except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError, jwt.PyJWTError) as error:
            log.warning("the JWKS at %s cannot be used: %r", self.address, error)
            return
        if keys:
            self._keys, self._fetched = keys, now

    def _read(self) -> str:
        scheme, _, rest = self.address.partition(":")
        if scheme == "file":
            return Path(rest).read_text(encoding="utf-8")
        if scheme == "unix":
            socket, _, path = rest.rpartition(":")
            transport = httpx.HTTPTransport(uds=socket)
            with httpx.Client(transport=transport, timeout=3) as client:
                return client.get(f"http://user{path}").raise_for_status().text
        return httpx.get(self.address, timeout=3).raise_for_status().text


_sets: dict[str, KeySet] = {}


def key_set() -> KeySet:
    """The key set of this service's ``JWKS_URL``, one per process."""
    return _sets.setdefault(settings.JWKS_URL, KeySet(settings.JWKS_URL))
