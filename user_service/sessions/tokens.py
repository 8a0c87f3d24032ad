"""Writing tokens, and reading refresh tokens. Access tokens are read by ``servicekit.auth`` everywhere.

simplejwt's tokens with this exchange's claims and keys. A refresh token has an audience of its own,
so that the gateway and the services refuse it as an access token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import Token

from servicekit.auth.tokens import ALGORITHM, AUDIENCE, ISSUER
from user_service.sessions.errors import RefreshTokenInvalid
from user_service.sessions.keys import key_ring

REFRESH_AUDIENCE = "birzha-refresh"

CUSTOMER = "customer"
OPERATOR = "customer operator"


class KeyRingBackend(TokenBackend):
    """Signs with the current key and names it (``kid``); verifies with the key that a token names."""

    def __init__(self, audience: str) -> None:
        super().__init__(ALGORITHM, audience=audience, issuer=ISSUER)

    def encode(self, payload: dict[str, Any]) -> str:
        """The signed token."""
        ring = key_ring()
        return jwt.encode(
            {**payload, "iss": self.issuer, "aud": self.audience},
            ring.signing_key(),
            algorithm=self.algorithm,
            headers={"kid": ring.current},
        )

    def get_verifying_key(self, token: Any) -> Any:
        """The public key.

        Raises:
            TokenBackendError: it was not signed by a key of ours.
        """
        kid = jwt.get_unverified_header(token).get("kid")
        key = key_ring().public_key(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenBackendError("unknown key")
        return key


_ACCESS = KeyRingBackend(AUDIENCE)
_REFRESH = KeyRingBackend(REFRESH_AUDIENCE)


class AccessToken(Token):
    """An access token, accepted by every service."""

    token_type = "access"
    lifetime = settings.ACCESS_TOKEN_LIFETIME

    def get_token_backend(self) -> TokenBackend:
        return _ACCESS


class RefreshToken(Token):
    """A refresh token, valid for one refresh."""

    token_type = "refresh"
    lifetime = settings.REFRESH_TOKEN_LIFETIME

    def get_token_backend(self) -> TokenBackend:
        return _REFRESH


@dataclass(frozen=True)
class RefreshClaims:
    """The claims of a verified refresh token."""

    session_id: UUID
    user_id: UUID
    jti: UUID


def access_token(
    *,
    user_id: UUID,
    session_id: UUID,
    scope: str,
    lifetime: timedelta = settings.ACCESS_TOKEN_LIFETIME,
    name: str = "",
) -> str:
    """A signed access token.

    Args:
        user_id: ``sub``.
        session_id: ``sid``.
        scope: words separated by spaces: :data:`CUSTOMER` or :data:`OPERATOR`.
        lifetime: how long it is good.
        name: the username, for an operator's token: the admins of all services call the operator so.
    """
    token = AccessToken()
    token.set_exp(lifetime=lifetime)
    token["sub"], token["sid"], token["scope"] = str(user_id), str(session_id), scope
    if name:
        token["name"] = name
    return str(token)


def refresh_token(
    *, user_id: UUID, session_id: UUID, jti: UUID, issued_at: datetime, expires_at: datetime
) -> str:
    """A signed refresh token, the session's one good one when the session holds its ``jti``.

    The same values give the same token, so that it need not be stored to be given again.
    """
    token = RefreshToken()
    token.set_iat(at_time=issued_at)
    token.set_exp(from_time=expires_at, lifetime=timedelta())
    token["sub"], token["sid"], token["jti"] = str(user_id), str(session_id), str(jti)
    return str(token)


def refresh_token_read(text: str) -> RefreshClaims:
    """Verify a refresh token's signature, issuer, audience, type and expiry.

    Raises:
        RefreshTokenInvalid: any of them is not right.
    """
    try:
        claims = RefreshToken(text).payload  # type: ignore[arg-type]
        return RefreshClaims(
            session_id=UUID(claims["sid"]), user_id=UUID(claims["sub"]), jti=UUID(claims["jti"])
        )
    except (TokenError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise RefreshTokenInvalid(_reason(error, text)) from None


def _reason(error: Exception, text: str) -> str:
    """Why a refresh token is refused, one of ``servicekit.auth.refusals.REASONS``."""
    if isinstance(error, ExpiredTokenError):
        return "expired"
    try:
        known = key_ring().public_key(str(jwt.get_unverified_header(text).get("kid")))
        if known is None:
            return "unknown_key"
        jwt.decode(text, known, algorithms=[ALGORITHM], options={"verify_exp": False, "verify_aud": False})
    except jwt.InvalidSignatureError:
        return "bad_signature"
    except jwt.PyJWTError:
        return "malformed"
    return "wrong_claims"
