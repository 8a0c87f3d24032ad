"""Access tokens that were tampered with, and real ones of the system under test with other claims."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.system import System


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    return dict(jwt.decode(token, options={"verify_signature": False}))


def signed_here(system: System, claims: dict[str, Any], **header: Any) -> str:
    """A token with these claims, truly signed with the system's own key."""
    folder = Path(system.settings_of("user")["BIRZHA_JWT_KEYS"])
    kid = (folder / "current").read_text(encoding="utf-8").strip()
    key = (folder / f"{kid}.pem").read_bytes()
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid, **header})


def tampered(token: str, jwks: dict[str, Any]) -> dict[str, str]:
    """Tokens that nobody may accept, by what is wrong with them.

    Args:
        token: a good one.
        jwks: the public keys of the system.
    """
    claims, kid = claims_of(token), jwt.get_unverified_header(token)["kid"]
    head, body, signature = token.split(".")
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    somebody_else = _part({**claims, "sub": str(uuid4())})
    operator = _part({**claims, "scope": "customer operator"})
    public = jwt.PyJWK(next(key for key in jwks["keys"] if key["kid"] == kid)).key
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "not a token": "nonsense",
        "two parts": f"{head}.{body}",
        "alg none": f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': kid})}.{body}.",
        "alg None": f"{_part({'alg': 'None', 'typ': 'JWT', 'kid': kid})}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "another user, old signature": f"{head}.{somebody_else}.{signature}",
        "operator, old signature": f"{head}.{operator}.{signature}",
        "HS256 with the public key": _hs256(kid, body, pem),
        "HS256 with the key's modulus": _hs256(kid, body, jwks["keys"][0]["n"].encode()),
        "another key": jwt.encode(claims, foreign, algorithm="RS256", headers={"kid": kid}),
        "another key, its own kid": jwt.encode(claims, foreign, algorithm="RS256", headers={"kid": "mine"}),
        "no kid": jwt.encode(claims, foreign, algorithm="RS256"),
        "kid is a path": jwt.encode(claims, foreign, algorithm="RS256", headers={"kid": "../../etc/passwd"}),
        "another algorithm": jwt.encode(claims, foreign, algorithm="PS256", headers={"kid": kid}),
    }


def bad_claims(system: System, token: str) -> dict[str, str]:
    """Truly signed tokens with claims that are not good, by what is wrong with them."""
    good, now = claims_of(token), int(time.time())
    changes: dict[str, dict[str, Any]] = {
        "expired": {"iat": now - 700, "exp": now - 400},
        "expired a minute ago": {"exp": now - 60},
        "another issuer": {"iss": "elsewhere"},
        "another audience": {"aud": "elsewhere"},
        "sub is no id": {"sub": "admin"},
        "sid is no id": {"sid": "1"},
    }
    tokens = {name: signed_here(system, {**good, **change}) for name, change in changes.items()}
    for claim in ("exp", "iss", "aud", "sub", "sid"):
        tokens[f"without {claim}"] = signed_here(system, {k: v for k, v in good.items() if k != claim})
    return tokens


def _hs256(kid: str, body: str, secret: bytes) -> str:
    head = _part({"alg": "HS256", "typ": "JWT", "kid": kid})
    signature = hmac.digest(secret, f"{head}.{body}".encode(), hashlib.sha256)
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
