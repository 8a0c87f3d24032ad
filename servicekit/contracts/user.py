"""Events of user_service: stream ``events:user``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from servicekit.contracts.base import Event, event

#: How many characters a password has: one bound for the API and the pages.
PASSWORD_MIN = 8
PASSWORD_MAX = 1024

#: What a user is notified of concerning their security: many wrong passwords; a new password, e-mail or API
#: key.
NOTICES = ("wrong_passwords", "password_changed", "email_changed", "api_key_made")


@event("user.account.registered.v1")
class AccountRegistered(Event):
    """Somebody signed up. ``locale`` is ``en`` or ``ru``."""

    user_id: UUID
    username: str
    email: str
    locale: str
    registered_at: datetime

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@event("user.profile.changed.v1")
class ProfileChanged(Event):
    """A user's profile changed; carries everything that other services need."""

    user_id: UUID
    email: str
    locale: str
    display_name: str

    @property
    def subject(self) -> str:
        return f"user/{self.user_id}"


@event("user.session.revoked.v1")
class SessionRevoked(Event):
    """A session ended. Tokens of it are refused from now on.

    ``tokens_expire_at``: when the last access token of the session has expired by itself, so that
    the refusal need not be remembered longer.
    """

    session_id: UUID
    user_id: UUID
    tokens_expire_at: datetime

    @property
    def subject(self) -> str:
        return f"session/{self.session_id}"


@event("user.security.noticed.v1")
class SecurityNoticed(Event):
    """A security event that the user should know of, one of :data:`NOTICES`."""

    notice_id: UUID
    user_id: UUID
    notice: str
    occurred_at: datetime

    @property
    def subject(self) -> str:
        return f"notice/{self.notice_id}"
