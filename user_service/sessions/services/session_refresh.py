"""Exchanges a refresh token for a new pair: once, and again only for a client that lost the response."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.auth.refusals import refused
from user_service.second_factor.selectors import may_operate
from user_service.sessions import selectors
from user_service.sessions.clients import Client
from user_service.sessions.errors import RefreshTokenInvalid, SessionEnded
from user_service.sessions.models import Outcome, RevokedReason, SignInMethod
from user_service.sessions.services.session_open import TokenPair, session_expiry, token_pair
from user_service.sessions.services.session_revoke import session_revoke
from user_service.sessions.services.sign_in_record import sign_in_record
from user_service.sessions.tokens import refresh_token_read


def session_refresh(*, refresh: str, client: Client | None = None) -> TokenPair:
    """Replace the session's refresh token and give a new pair.

    An answer can get lost on its way, and the client can only send the same token again: within
    ``REFRESH_RETRY`` of its first use it gets the same successor, as long as nobody has used that. Any other
    use of an old token means that it is in two hands, and nobody can tell whose is the thief's: the
    whole session ends (RFC 9700, section 4.14.2).

    Args:
        refresh: the session's current refresh token, or the one before it.
        client: where the request comes from.

    Raises:
        RefreshTokenInvalid: not one of ours, expired, or its session is long gone.
        SessionEnded: the token was used before, or the session has ended.

    Emits:
        user.session.revoked.v1 when the token was used before.
    """
    try:
        claims = refresh_token_read(refresh)
    except RefreshTokenInvalid as invalid:
        refused("refresh", invalid.reason)
        raise
    with transaction.atomic():
        session = selectors.session_lock(session_id=claims.session_id)
        now = timezone.now()  # after the lock: a rival may have kept it for a while
        if session is None or session.user_id != claims.user_id:
            refused("refresh", "session_ended")
            raise RefreshTokenInvalid
        reused = False
        good = session.revoked_at is None and session.expires_at > now
        is_retry = claims.jti == session.previous_jti and now - session.last_seen_at <= settings.REFRESH_RETRY
        if good and claims.jti == session.refresh_jti:
            session.previous_jti, session.refresh_jti = session.refresh_jti, uuid4()
            session.last_seen_at, session.expires_at = now, session_expiry(session.created_at, now)
            session.save(update_fields=["previous_jti", "refresh_jti", "last_seen_at", "expires_at"])
        elif not (good and is_retry):
            good = False
            reused = session_revoke(session_id=session.id, reason=RevokedReason.REFRESH_REUSED)
            if reused:
                sign_in_record(
                    outcome=Outcome.REFRESH_REUSED, method=SignInMethod.REFRESH, client=client or Client(),
                    user_id=session.user_id,
                )  # fmt: skip
    if not good:
        refused("refresh", "reused" if reused else "session_ended", user=session.user_id)
        raise SessionEnded
    is_operator = may_operate(user_id=session.user_id, is_staff=session.user.is_staff)
    return token_pair(session, is_operator=is_operator)
