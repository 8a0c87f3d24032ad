"""Real RS256 tokens for tests, signed by a key made for this run and published in a JWKS file."""

from __future__ import annotations

import atexit
import base64
import functools
import json
import shutil
import tempfile
import time
from pathlib import Path
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from servicekit.auth.tokens import ALGORITHM, AUDIENCE, ISSUER
from servicekit.ids import new_id

KID = "test"


@functools.cache
def private_key() -> rsa.RSAPrivateKey:
    """The signing key of this run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def jwks_url() -> str:
    """``file:…`` of the JWKS that holds the public half."""
    numbers = private_key().public_key().public_numbers()
    entry = {
        "kty": "RSA",
        "kid": KID,
        "use": "sig",
        "alg": ALGORITHM,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
    }
    folder = tempfile.mkdtemp(prefix="birzha-jwks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "jwks.json"
    path.write_text(json.dumps({"keys": [entry]}), encoding="utf-8")
    return f"file:{path}"


def access_token(
    user_id: UUID,
    *,
    session_id: UUID | None = None,
    scope: str = "customer",
    lifetime: int = 300,
    name: str = "",
) -> str:
    """A token such as user_service signs. ``lifetime`` in seconds; negative: already expired."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "sid": str(session_id or new_id()),
        "jti": str(new_id()),
        "scope": scope,
        "token_type": "access",
        "iat": now,
        "exp": now + lifetime,
        **({"name": name} if name else {}),
    }
    return jwt.encode(claims, private_key(), algorithm=ALGORITHM, headers={"kid": KID})


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
