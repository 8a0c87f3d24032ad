"""An operator keeps somebody out, or lets them in again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from user_service.accounts import selectors
from user_service.sessions.services import sessions_revoke


def user_disable(*, user_id: UUID) -> None:
    """The user cannot sign in any more, and is signed out everywhere. Doing it again does nothing.

    Raises:
        UserNotFound: nobody has this id.

    Emits:
        user.session.revoked.v1 for each open session.
    """
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        user.is_active = False
        user.save(update_fields=["is_active"])
        sessions_revoke(user_id=user_id, reason="disabled")


def user_enable(*, user_id: UUID) -> None:
    """The user can sign in again.

    Raises:
        UserNotFound: nobody has this id.
    """
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        user.is_active = True
        user.save(update_fields=["is_active"])
