"""Revokes a session."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.auth.tasks import CLOCK_AHEAD
from user_service.sessions.errors import RefreshTokenInvalid, SessionNotFound
from user_service.sessions.models import RevokedReason, Session
from user_service.sessions.services.tokens_refuse import tokens_refuse
from user_service.sessions.tokens import refresh_token_read


def session_revoke(*, session_id: UUID, reason: str) -> bool:
    """End a session: no refresh any more, and its access tokens are refused here at once.

    Args:
        session_id: which; one that has ended, or never was, stays as it is.
        reason: one of ``RevokedReason``.

    Returns:
        Whether this call ended it.

    Emits:
        user.session.revoked.v1, by which the other services refuse its tokens too.
    """
    now = timezone.now()
    with transaction.atomic():
        if not Session.objects.filter(pk=session_id, revoked_at__isnull=True).update(
            revoked_at=now, revoked_reason=reason
        ):
            return False
        session = Session.objects.get(pk=session_id)
        can_refresh = session.refresh_jti is not None
        tokens_refuse(
            session_id=session_id,
            user_id=session.user_id,
            last_signed_at=session.last_seen_at + settings.REFRESH_RETRY,
            last_token_expires_at=None if can_refresh else session.expires_at,
        )
    return True


def session_end(*, user_id: UUID, session_id: UUID) -> None:
    """A user signs out elsewhere; a session that has ended stays as it is.

    Raises:
        SessionNotFound: it is not one of the user's.

    Emits:
        user.session.revoked.v1 when it was open.
    """
    if not Session.objects.filter(pk=session_id, user_id=user_id).exists():
        raise SessionNotFound
    session_revoke(session_id=session_id, reason=RevokedReason.BY_USER)


def session_end_by_token(*, refresh: str, reason: str) -> None:
    """End the session of a refresh token; one that has ended already, or is nobody's, is no matter.

    Args:
        refresh: any refresh token of it, the current one or one before; "" for none.
        reason: one of ``RevokedReason``: signed out, or replaced by a new session.

    Emits:
        user.session.revoked.v1 when it was open.
    """
    if not refresh:
        return
    try:
        claims = refresh_token_read(refresh)
    except RefreshTokenInvalid:
        return
    session_revoke(session_id=claims.session_id, reason=reason)


def sessions_revoke(*, user_id: UUID, reason: str, but: UUID | None = None) -> int:
    """End every open session of a user, and what has expired lately: the clock may be ahead.

    Args:
        but: the one that stays.

    Returns:
        How many were ended.

    Emits:
        user.session.revoked.v1 for each.
    """
    with transaction.atomic():
        not_long_ended = timezone.now() - CLOCK_AHEAD
        ended = Session.objects.filter(user_id=user_id, revoked_at=None, expires_at__gt=not_long_ended)
        ids = [one for one in ended.order_by("id").values_list("id", flat=True) if one != but]
        return sum(session_revoke(session_id=session_id, reason=reason) for session_id in ids)
