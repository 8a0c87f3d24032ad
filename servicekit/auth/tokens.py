"""Access tokens: RS256 JWTs of user_service, and how they are checked."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt

from servicekit.auth.keys import key_set
from servicekit.auth.principals import Principal

ISSUER = "birzha"
AUDIENCE = "birzha"
ALGORITHM = "RS256"
#: Seconds that two machines' clocks may differ.
LEEWAY = 5

#: So many tokens are remembered as verified, so that a signature is checked once and not with every
#: request of its five minutes. Expiry is looked at each time, and so is the session (``sessions``).
REMEMBERED = 4096

#: So many headers of tokens are remembered as read: user_service writes one for each of its keys.
HEADERS = 64

REQUIRED = ["exp", "iat", "iss", "aud", "sub", "sid", "jti", "scope"]


class TokenInvalid(Exception):
    """A token that this exchange did not sign, or that has expired, or lacks something.

    ``reason``: one of ``servicekit.auth.refusals.REASONS``.
    """

    def __init__(self, text: str, reason: str = "malformed") -> None:
        self.reason = reason
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Key:
    """A public key as it was fetched at one time; equal to itself until the next time."""

    id: str
    fetched_at: float
    public: Any = field(compare=False)


def decode(token: str) -> dict[str, Any]:
    """Verify a token and return its claims.

    Raises:
        TokenInvalid: malformed, another algorithm (``none`` and HS256 included), unknown key,
            wrong signature, issuer or audience, expired, or a claim is missing.
        KeysUnavailable: user_service's keys have never been fetched and cannot be now.
    """
    kid, keys = _key_id(token.partition(".")[0]), key_set()
    key = keys.find(kid)
    if key is None:
        raise TokenInvalid("signed by a key that user_service does not publish", "unknown_key")
    claims = _verified(token, Key(kid, keys.fetched_at, key))
    if claims["exp"] + LEEWAY <= time.time():
        raise TokenInvalid("expired", "expired")
    return dict(claims)


@functools.lru_cache(maxsize=HEADERS)
def _key_id(header: str) -> str:
    """The id of the key that a token, by its header (its first part), is signed with; nothing is verified.

    The whole token would do as well, but PyJWT reads it character by character.
    """
    try:
        fields = jwt.get_unverified_header(f"{header}..")
    except jwt.PyJWTError as error:
        raise TokenInvalid(str(error)) from None
    if fields.get("alg") != ALGORITHM or not isinstance(fields.get("kid"), str):
        raise TokenInvalid("not an RS256 token with a key id")
    return str(fields["kid"])


@functools.lru_cache(maxsize=REMEMBERED)
def _verified(token: str, key: Key) -> dict[str, Any]:
    """The claims of a token whose signature is right; remembered until the keys are fetched anew."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.public,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenInvalid(str(error), "expired") from None
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise TokenInvalid(str(error), "bad_signature") from None
    except jwt.DecodeError as error:
        raise TokenInvalid(str(error), "malformed") from None
    except jwt.PyJWTError as error:
        raise TokenInvalid(str(error), "wrong_claims") from None
    return claims


def principal(claims: dict[str, Any]) -> Principal:
    """The user that verified claims speak of.

    Raises:
        TokenInvalid: the ids are no UUIDs, or it is no access token.
    """
    if claims.get("token_type", "access") != "access":
        raise TokenInvalid("not an access token", "wrong_claims")
    try:
        return Principal(
            id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            scopes=frozenset(str(claims["scope"]).split()),
            expires_at=float(claims["exp"]),
            name=str(claims.get("name", "")),
        )
    except (ValueError, TypeError, AttributeError):
        raise TokenInvalid("its ids are not UUIDs", "wrong_claims") from None
