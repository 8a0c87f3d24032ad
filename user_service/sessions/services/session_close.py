"""An operator ends somebody's session."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from user_service.sessions.errors import SessionHasEnded
from user_service.sessions.models import RevokedReason, Session
from user_service.sessions.services.session_revoke import session_revoke


@transaction.atomic
def session_close(*, session_id: UUID, by: Actor, reason: str) -> None:
    """End an open session, for a reason.

    Raises:
        SessionHasEnded: there is nothing to end.

    Emits:
        user.session.revoked.v1.
    """
    if not session_revoke(session_id=session_id, reason=RevokedReason.BY_OPERATOR):
        raise SessionHasEnded
    session = Session.objects.select_related("user").get(pk=session_id)
    record(
        "session.end", session, by=by, reason=reason,
        before={"user": session.user.username}, after={"ended": session.revoked_at},
    )  # fmt: skip
