"""A session ends before its time."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.auth import sessions as revocations
from servicekit.contracts.user import SessionRevoked
from servicekit.messaging import publish
from user_service.sessions.models import Session

#: Tokens are accepted a few seconds past their end (clocks differ), so the refusal lasts longer.
MARGIN = timedelta(minutes=1)


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
        last_token = now + settings.ACCESS_TOKEN_LIFETIME if can_refresh else session.expires_at
        revocations.session_revoke(session_id=session_id, tokens_expire_at=last_token + MARGIN)
        # Another thread may have read the list between that write and the commit.
        transaction.on_commit(revocations.forget_copy)
        publish(
            SessionRevoked(
                session_id=session_id, user_id=session.user_id, tokens_expire_at=last_token + MARGIN
            )
        )
    return True


def sessions_revoke(*, user_id: UUID, reason: str) -> int:
    """End every open session of a user.

    Returns:
        How many were ended.

    Emits:
        user.session.revoked.v1 for each.
    """
    with transaction.atomic():
        open_ones = Session.objects.filter(
            user_id=user_id, revoked_at__isnull=True, expires_at__gt=timezone.now()
        )
        ids = list(open_ones.order_by("id").values_list("id", flat=True))
        return sum(session_revoke(session_id=session_id, reason=reason) for session_id in ids)
