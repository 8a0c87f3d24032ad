"""A refresh token is exchanged for a new pair: once."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from user_service.sessions import selectors
from user_service.sessions.errors import RefreshTokenInvalid, SessionEnded
from user_service.sessions.models import RevokedReason, Session
from user_service.sessions.services.session_open import TokenPair, token_pair
from user_service.sessions.services.session_revoke import session_revoke
from user_service.sessions.tokens import refresh_token_read


def session_refresh(*, refresh: str) -> TokenPair:
    """Replace the session's refresh token and give a new pair.

    A token that was used before is in two hands, and nobody can tell whose is the thief's: the whole
    session ends (RFC 9700, section 4.14.2). Clients must not send one token twice.

    Args:
        refresh: the session's current refresh token.

    Raises:
        RefreshTokenInvalid: not one of ours, expired, or its session is long gone.
        SessionEnded: the token was used before, or the session has ended.

    Emits:
        user.session.revoked.v1 when the token was used before.
    """
    claims = refresh_token_read(refresh)
    now = timezone.now()
    with transaction.atomic():
        # The one decision: of many who bring the same token, the database lets one replace it. Only
        # columns of this row stand in the condition, so that a waiting rival sees the new value.
        replaced = Session.objects.filter(
            pk=claims.session_id,
            user_id=claims.user_id,
            refresh_jti=claims.jti,
            revoked_at__isnull=True,
            expires_at__gt=now,
        ).update(refresh_jti=uuid4(), last_seen_at=now, expires_at=now + settings.REFRESH_TOKEN_LIFETIME)
        if not replaced:
            session_revoke(session_id=claims.session_id, reason=RevokedReason.REFRESH_REUSED)
        session = selectors.session_find(session_id=claims.session_id)
    if session is None:
        raise RefreshTokenInvalid
    if not replaced:
        raise SessionEnded
    return token_pair(session, is_operator=session.user.is_staff)
