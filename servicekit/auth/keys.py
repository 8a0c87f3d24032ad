"""user_service's public keys, fetched from its JWKS: the one call from service to service.

The last good keys stay in use while the URL returns garbage or nothing. An unknown key id makes
one early fetch, at most every :data:`RETRY` seconds, so that a flood of forged tokens costs nothing.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from http.client import HTTPException
from typing import Any
from urllib.request import urlopen

import jwt
from django.conf import settings

from servicekit.unix_connection import UnixConnection

log = logging.getLogger(__name__)

#: Seconds that fetched keys are used before they are fetched anew.
MAX_AGE = 300.0
#: Seconds between two fetches at least.
RETRY = 2.0
#: Seconds that each step of a fetch may take.
TIMEOUT = 3.0


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
        except (OSError, ValueError, KeyError, TypeError, HTTPException, jwt.PyJWTError) as error:
            log.warning("the JWKS at %s cannot be used: %r", self.address, error)
            return
        if keys:
            self._keys, self._fetched = keys, now

    def _read(self) -> bytes:
        if not self.address.startswith("unix:"):
            with urlopen(self.address, timeout=TIMEOUT) as answer:
                found: bytes = answer.read()
            return found
        socket, _, path = self.address.removeprefix("unix:").rpartition(":")
        connection = UnixConnection(socket, TIMEOUT)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status != 200:
                raise OSError(f"status {answer.status}")
            return answer.read()
        finally:
            connection.close()


_sets: dict[str, KeySet] = {}


def key_set() -> KeySet:
    """The key set of this service's ``JWKS_URL``, one per process."""
    return _sets.setdefault(settings.JWKS_URL, KeySet(settings.JWKS_URL))
