"""The RSA keys that tokens are signed with: files in one directory, so that they can be rotated.

``<kid>.pem`` are the private keys, mode 0600; the file ``current`` names the one that signs; every
key in the directory is published. A new key is published first and signs later, because the others
fetch the published keys only every ``settings.JWKS_MAX_AGE``. ``jwks.json`` holds the public halves for who
reads a file instead of asking ``/.well-known/jwks.json``.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from django.conf import settings
from jwt.algorithms import RSAAlgorithm

from user_service.sessions.errors import KeyNotPublishedLongEnough, SigningKeyMissing

KEY_BITS = 2048

#: A new key signs after so many times JWKS_MAX_AGE: somebody's fetch may fail once and be tried again.
MISSING_FACTOR = 1.2


@dataclass(frozen=True)
class KeyRing:
    """The keys of the directory, as read at one moment."""

    current: str
    private: dict[str, RSAPrivateKey]

    def signing_key(self) -> RSAPrivateKey:
        """The key that signs now; its id is ``current``."""
        return self.private[self.current]

    def public_key(self, kid: str) -> RSAPublicKey | None:
        """The public half of a key; None for an unknown id."""
        key = self.private.get(kid)
        return key.public_key() if key else None

    def jwks(self) -> dict[str, Any]:
        """The public halves as a JSON Web Key Set (RFC 7517)."""
        return {
            "keys": [
                {"kid": kid, "use": "sig", "alg": "RS256"}
                | {
                    name: value
                    for name, value in RSAAlgorithm.to_jwk(key.public_key(), as_dict=True).items()
                    if name in {"kty", "n", "e"}
                }
                for kid, key in sorted(self.private.items())
            ]
        }


def key_ring() -> KeyRing:
    """The keys of ``settings.JWT_KEYS``, read again when the directory has changed.

    Raises:
        SigningKeyMissing: there is no usable key.
    """
    directory = Path(settings.JWT_KEYS)
    try:
        current = (directory / "current").stat()
        return _read(directory, (directory.stat().st_mtime_ns, current.st_mtime_ns, current.st_ino))
    except FileNotFoundError:
        raise SigningKeyMissing(
            f"{directory} has no signing key: run python -m user_service.manage make_signing_key"
        ) from None


@lru_cache(maxsize=1)
def _read(directory: Path, _state: tuple[int, ...]) -> KeyRing:
    private = {}
    for file in directory.glob("*.pem"):
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise SigningKeyMissing(f"{file} is not an RSA key")
        private[file.stem] = key
    current = (directory / "current").read_text(encoding="ascii").strip()
    if current not in private:
        raise SigningKeyMissing(f"{directory / 'current'} names {current}, which is not there")
    return KeyRing(current=current, private=private)


def key_make_first(directory: Path) -> str | None:
    """Make the first key and let it sign. Returns its id; None when there is a key already."""
    with _locked(directory):
        if (directory / "current").exists():
            return None
        kid = _write_key(directory)
        _write(directory / "current", kid)
        _publish(directory)
        return kid


def key_add(directory: Path) -> str:
    """Publish a new key that does not sign yet. Returns its id."""
    with _locked(directory):
        kid = _write_key(directory)
        _publish(directory)
        return kid


def key_next(directory: Path) -> str | None:
    """The id of the key that is published and has not signed yet; None when there is none."""
    with _locked(directory):
        newest = max(directory.glob("*.pem"), key=lambda file: file.stat().st_mtime, default=None)
        current = directory / "current"
        if newest is None or not current.exists():
            return None
        return newest.stem if newest.stem != current.read_text(encoding="ascii").strip() else None


def key_activate(directory: Path, *, at_once: bool = False) -> str:
    """Let the newest key sign from now on. Returns its id.

    Args:
        directory: where the keys are.
        at_once: do not wait until everybody has fetched it: for a key that was stolen.

    Raises:
        KeyNotPublishedLongEnough: somebody may not have fetched it yet; ``wait`` says how long to wait.
        SigningKeyMissing: there is no key.
    """
    with _locked(directory):
        newest = max(directory.glob("*.pem"), key=lambda file: file.stat().st_mtime, default=None)
        if newest is None:
            raise SigningKeyMissing(f"{directory} has no key")
        missing = settings.JWKS_MAX_AGE * MISSING_FACTOR - _age(newest)
        if missing > timedelta() and not at_once:
            raise KeyNotPublishedLongEnough(newest.stem, wait=int(missing.total_seconds()) + 1)
        if (directory / "current").read_text(encoding="ascii").strip() != newest.stem:
            _write(directory / "current", newest.stem)
        return newest.stem


def key_retire(directory: Path) -> list[str]:
    """Delete the keys older than the current one, once nothing that they signed is valid any more.

    Returns:
        Their ids; empty as long as a refresh token of an old key may still be in use.
    """
    with _locked(directory):
        current = directory / "current"
        if _age(current) < settings.REFRESH_TOKEN_LIFETIME:
            return []
        signing = directory / f"{current.read_text(encoding='ascii').strip()}.pem"
        old = [file for file in directory.glob("*.pem") if file.stat().st_mtime < signing.stat().st_mtime]
        for file in old:
            file.unlink()
        _publish(directory)
        return sorted(file.stem for file in old)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _age(file: Path) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _write_key(directory: Path) -> str:
    kid = f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"
    pem = generate_private_key(public_exponent=65537, key_size=KEY_BITS).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(directory / f"{kid}.pem", pem.decode())
    return kid


def _publish(directory: Path) -> None:
    _read.cache_clear()
    ring = _read(directory, ())
    _read.cache_clear()
    _write(directory / "jwks.json", json.dumps(ring.jwks(), indent=2))


def _write(file: Path, text: str) -> None:
    """Write beside and rename, so that nobody reads half a file."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(file)
