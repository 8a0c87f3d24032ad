"""Erases the browsers and addresses of a user whose account is closed."""

from __future__ import annotations

from uuid import UUID

from user_service.sessions.models import Session, SignIn


def sessions_forget(*, user_id: UUID) -> None:
    """Erase them in the sessions, which are deleted as others are, and delete the record of sign-ins."""
    Session.objects.filter(user_id=user_id).update(user_agent="", ip=None)
    SignIn.objects.filter(user_id=user_id).delete()
