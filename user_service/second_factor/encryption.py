"""Secrets of apps at rest: AES-256-GCM under a key that is made of this service's SECRET_KEY.

A dump of the database or a look into it does not suffice to make codes. Each secret is bound to its user, so
that a row moved to somebody else opens nothing.
"""

from __future__ import annotations

import os
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

NONCE_BYTES = 12  # of AES-GCM, NIST SP 800-38D


def encrypted(secret: bytes, *, user_id: UUID) -> bytes:
    """What is stored: the nonce and the encrypted secret."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher().encrypt(nonce, secret, user_id.bytes)


def decrypted(stored: bytes, *, user_id: UUID) -> bytes | None:
    """The secret; None for what was encrypted under another SECRET_KEY or for another user."""
    try:
        return _cipher().decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], user_id.bytes)
    except (InvalidTag, ValueError):
        return None


@cache
def _cipher() -> AESGCM:
    derive = HKDF(SHA256(), 32, salt=None, info=b"birzha second factor")
    return AESGCM(derive.derive(force_bytes(settings.SECRET_KEY)))
