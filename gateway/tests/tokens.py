"""Access tokens for the tests: keys made for this run, signed as user_service signs."""

from __future__ import annotations

import base64
import functools
import json
import time
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

KEYS_PATH = "/.well-known/jwks.json"
#: Longer than the whole suite takes, also beside other work: some tests make theirs when they are collected.
LIFETIME_S = 3600


@functools.cache
def key(kid: str = "first") -> RSAPrivateKey:
    """The private key of that id."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def jwks(*kids: str) -> bytes:
    """The JSON Web Key Set with these keys' public halves."""
    entries = [
        {"kid": kid, "use": "sig", "alg": "RS256", **RSAAlgorithm.to_jwk(key(kid).public_key(), as_dict=True)}
        for kid in kids
    ]
    return json.dumps({"keys": entries}).encode()


def claims(user: str | None = None, **changed: Any) -> dict[str, Any]:
    """What an access token says; a claim that is None is left out."""
    now = int(time.time())
    claims = {
        "iss": "birzha",
        "aud": "birzha",
        "sub": user or str(uuid4()),
        "sid": str(uuid4()),
        "jti": str(uuid4()),
        "scope": "customer",
        "token_type": "access",
        "iat": now,
        "exp": now + LIFETIME_S,
    } | changed
    return {name: value for name, value in claims.items() if value is not None}


def token(user: str | None = None, *, kid: str = "first", **changed: Any) -> str:
    """A signed token, with some claims changed."""
    return jwt.encode(claims(user, **changed), key(kid), algorithm="RS256", headers={"kid": kid})


def bearer(user: str | None = None, **changed: Any) -> dict[str, str]:
    """The header of who is signed in."""
    return {"Authorization": f"Bearer {token(user, **changed)}"}


def part(value: Any) -> str:
    """One part of a token, encoded but not signed."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
