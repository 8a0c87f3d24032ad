"""The second factor of somebody who has lost it is taken away; and operators who lack one are signed out."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from user_service.accounts import selectors
from user_service.accounts.errors import NotYourOwnFactor
from user_service.accounts.models import User
from user_service.second_factor.errors import SecondFactorOff
from user_service.second_factor.services import factor_remove
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import security_notice, sessions_revoke


def second_factor_reset(*, user_id: UUID, by: Actor, reason: str) -> None:
    """Take a user's second factor away, who is signed out everywhere and told of it. The password stays.

    Args:
        by: an operator, or who runs the command; nobody does it to themselves.
        reason: for the audit trail.

    Raises:
        UserNotFound: nobody has this id.
        NotYourself: an operator turns their own off with a code.
        SecondFactorOff: there is none.

    Emits:
        user.session.revoked.v1 for each session that ended; user.security.noticed.v1.
    """
    if by.id == user_id:
        raise NotYourOwnFactor
    with transaction.atomic():
        user = selectors.user_lock(user_id=user_id)
        if not factor_remove(user_id=user_id):
            raise SecondFactorOff
        ended = sessions_revoke(user_id=user_id, reason=RevokedReason.SECOND_FACTOR)
        security_notice(user_id=user_id, notice="second_factor_reset")
        record(
            "second_factor.reset", user, by=by, reason=reason, before={"second_factor": True},
            after={"second_factor": False, "sessions_ended": ended},
        )  # fmt: skip


def operators_without_factor_sign_out() -> int:
    """Where operators need a second factor, end the sessions of those who have none.

    Those sessions began while it was optional.

    Returns:
        How many sessions.

    Emits:
        user.session.revoked.v1 for each.
    """
    if not settings.OPERATORS_NEED_SECOND_FACTOR:
        return 0
    lacking = User.objects.filter(is_staff=True, second_factor=None).order_by("pk")
    return sum(
        sessions_revoke(user_id=user_id, reason=RevokedReason.FACTOR_MISSING)
        for user_id in lacking.values_list("pk", flat=True)
    )
