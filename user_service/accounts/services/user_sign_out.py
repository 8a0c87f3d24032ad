"""An operator signs a user out everywhere."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from user_service.accounts import selectors
from user_service.api_keys.services import api_keys_revoke
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import sessions_revoke


def user_sign_out(*, user_id: UUID, by: Actor, reason: str) -> None:
    """End all sessions of a user, and revoke the API keys. The user may sign in again.

    Raises:
        UserNotFound: nobody has this id.

    Emits:
        user.session.revoked.v1 for each open session and usable API key.
    """
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        ended = sessions_revoke(user_id=user_id, reason=RevokedReason.BY_OPERATOR)
        keys_revoked = api_keys_revoke(user_id=user_id)
        record(
            "user.sign_out", user, by=by, reason=reason,
            after={"sessions_ended": ended, "api_keys_revoked": keys_revoked},
        )  # fmt: skip
