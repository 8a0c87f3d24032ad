"""Refuses the access tokens of a session, here at once and in all other services by its event."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from servicekit.auth import sessions as revocations
from servicekit.contracts.user import SessionRevoked
from servicekit.messaging.publish import publish

#: Tokens are accepted a few seconds past their end (clocks differ), so the refusal lasts longer.
MARGIN = timedelta(minutes=1)


def tokens_refuse(
    *,
    session_id: UUID,
    user_id: UUID,
    last_signed_at: datetime | None,
    last_token_expires_at: datetime | None = None,
) -> None:
    """Refuse what was signed for a session, in the transaction in which it ended.

    Args:
        session_id: the ``sid`` of the tokens: a session, or an API key.
        user_id: whose.
        last_signed_at: when the latest token was signed: later than now, where the clock is an hour behind.
        last_token_expires_at: when none of them is good any more; None: the lifetime of one from then or now.

    Emits:
        user.session.revoked.v1
    """
    now = timezone.now()
    signed_at = max(last_signed_at or now, now)
    last = last_token_expires_at or signed_at + settings.ACCESS_TOKEN_LIFETIME
    revocations.session_revoke(session_id=session_id, tokens_expire_at=last + MARGIN)
    # Another thread may have read the list between that write and the commit.
    transaction.on_commit(revocations.forget_copy)
    publish(SessionRevoked(session_id=session_id, user_id=user_id, tokens_expire_at=last + MARGIN))
