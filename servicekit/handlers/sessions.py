"""The handler of revoked sessions, for every service that verifies tokens itself."""

from __future__ import annotations

from servicekit.auth.sessions import session_revoke
from servicekit.contracts import user
from servicekit.messaging.consume import Received


def on_session_revoked(message: Received[user.SessionRevoked]) -> None:
    """user_service ended a session."""
    session_revoke(session_id=message.event.session_id, tokens_expire_at=message.event.tokens_expire_at)
