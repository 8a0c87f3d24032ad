"""Access tokens: RS256 JWTs of user_service, and how they are checked."""

from __future__ import annotations

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

REQUIRED = ["exp", "iat", "iss", "aud", "sub", "sid", "jti", "scope"]


class TokenInvalid(Exception):
    """A token that this exchange did not sign, or that has expired, or lacks something."""


def decode(token: str) -> dict[str, Any]:
    """Verify a token and return its claims.

    Raises:
        TokenInvalid: malformed, another algorithm (``none`` and HS256 included), unknown key,
            wrong signature, issuer or audience, expired, or a claim is missing.
        KeysUnavailable: user_service's keys have never been fetched and cannot be now.
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM or not isinstance(header.get("kid"), str):
            raise TokenInvalid("not an RS256 token with a key id")
        key = key_set().find(header["kid"])
        if key is None:
            raise TokenInvalid("signed by a key that user_service does not publish")
        return dict(
            jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": REQUIRED},
            )
        )
    except jwt.PyJWTError as error:
        raise TokenInvalid(str(error)) from None


def principal(claims: dict[str, Any]) -> Principal:
    """The user that verified claims speak of.

    Raises:
        TokenInvalid: the ids are no UUIDs, or it is no access token.
    """
    if claims.get("token_type", "access") != "access":
        raise TokenInvalid("not an access token")
    try:
        return Principal(
            id=UUID(claims["sub"]),
            session_id=UUID(claims["sid"]),
            scopes=frozenset(str(claims["scope"]).split()),
        )
    except (ValueError, TypeError, AttributeError):
        raise TokenInvalid("its ids are not UUIDs") from None
