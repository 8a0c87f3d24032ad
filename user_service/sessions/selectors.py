"""Reads of sessions."""

from __future__ import annotations

from uuid import UUID

from user_service.sessions.models import Session


def session_find(*, session_id: UUID) -> Session | None:
    """The session with its user, or None."""
    return Session.objects.select_related("user").filter(pk=session_id).first()
