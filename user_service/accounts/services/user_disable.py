"""An operator disables or enables a user."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from user_service.accounts import selectors
from user_service.accounts.errors import NotYourself, UserIsClosed
from user_service.api_keys.services import api_keys_revoke
from user_service.sessions.services import sessions_revoke


def user_disable(*, user_id: UUID, by: Actor, reason: str) -> None:
    """The user cannot sign in any more, is signed out everywhere, and the API keys are revoked.

    Doing it again does nothing more.

    Raises:
        UserNotFound: nobody has this id.
        NotYourself: an operator never locks themselves out.

    Emits:
        user.session.revoked.v1 for each open session and usable API key.
    """
    if by.id == user_id:
        raise NotYourself
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        was_active, user.is_active = user.is_active, False
        user.save(update_fields=["is_active"])
        ended = sessions_revoke(user_id=user_id, reason="disabled")
        keys_revoked = api_keys_revoke(user_id=user_id)
        record(
            "user.disable", user, by=by, reason=reason, before={"may_sign_in": was_active},
            after={"may_sign_in": False, "sessions_ended": ended, "api_keys_revoked": keys_revoked},
        )  # fmt: skip


def user_enable(*, user_id: UUID, by: Actor, reason: str) -> None:
    """The user can sign in again.

    Raises:
        UserNotFound: nobody has this id.
        UserIsClosed: the account is closed.
    """
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        if user.closed_at is not None:
            raise UserIsClosed
        was_active, user.is_active = user.is_active, True
        user.save(update_fields=["is_active"])
        record(
            "user.enable", user, by=by, reason=reason,
            before={"may_sign_in": was_active}, after={"may_sign_in": True},
        )  # fmt: skip
