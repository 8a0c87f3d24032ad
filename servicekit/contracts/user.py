"""Events of user_service: stream ``events:user``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from servicekit.contracts.base import Event, event

#: How many characters a password has: one bound for the API and the pages.
PASSWORD_MIN = 8
PASSWORD_MAX = 1024

#: What a user is notified of concerning their security: many wrong passwords; a new password, one set by a
#: link of a mail, a new e-mail, wanted and confirmed; an API key; a sign-in from a device not seen before;
#: the second factor and its codes; the account closed.
NOTICES = (
    "wrong_passwords",
    "password_changed",
    "password_reset",
    "email_change_requested",
    "email_changed",
    "api_key_made",
    "new_device",
    "second_factor_on",
    "second_factor_off",
    "second_factor_reset",
    "recovery_codes_made",
    "recovery_code_used",
    "wrong_codes",
    "account_closed",
)
#: What the link in a mail is for.
LINK_PURPOSES = ("confirm_email", "change_email", "reset_password")


@event("user.account.registered.v1", subject="user/{user_id}")
class AccountRegistered(Event):
    """Somebody signed up. ``locale`` is ``en`` or ``ru``."""

    user_id: UUID
    username: str
    email: str
    locale: str
    registered_at: datetime


@event("user.profile.changed.v1", subject="user/{user_id}")
class ProfileChanged(Event):
    """A user's profile changed; carries everything that other services need."""

    user_id: UUID
    email: str
    locale: str
    display_name: str


@event("user.session.revoked.v1", subject="session/{session_id}")
class SessionRevoked(Event):
    """A session ended. Tokens of it are refused from now on.

    ``tokens_expire_at``: when the last access token of the session has expired by itself, so that
    the refusal need not be remembered longer.
    """

    session_id: UUID
    user_id: UUID
    tokens_expire_at: datetime


@event("user.security.noticed.v1", subject="notice/{notice_id}")
class SecurityNoticed(Event):
    """A security event that the user should know of, one of :data:`NOTICES`.

    ``email``: where it is mailed to, in place of the address of the account, which may be a thief's by now.
    Of a new device: ``device``, the browser and the system in English words; ``address``, "" if not known;
    ``time_zone``, the person's, a name of the IANA database.
    """

    notice_id: UUID
    user_id: UUID
    notice: str
    occurred_at: datetime
    email: str = ""
    device: str = ""
    address: str = ""
    time_zone: str = ""


@event("user.link.issued.v1", subject="link/{link_id}")
class LinkIssued(Event):
    """Somebody is to be mailed a link, for one of :data:`LINK_PURPOSES`.

    It carries no secret: the link is made of ``link_id`` by the key that only user_service and
    notification_service have (:mod:`servicekit.auth.links`).

    Attributes:
        user_id: whose account; None: nobody has the address that was typed, and nothing is mailed. That event
            is there so that the answer to whoever asked takes as long.
        email: where it goes, in place of the address of the account; "" for that.
        expires_at: from then on the link does nothing.
    """

    link_id: UUID
    user_id: UUID | None
    purpose: str
    expires_at: datetime
    email: str


@event("user.closing.requested.v1", subject="closing/{closing_id}/{attempt}")
class ClosingRequested(Event):
    """A user wants the account closed. billing_service answers by ``billing.closing.decided.v1``.

    ``attempt`` counts from 1: what got no answer is asked again.
    """

    closing_id: UUID
    user_id: UUID
    attempt: int
    requested_at: datetime


@event("user.account.closed.v1", subject="user/{user_id}")
class AccountClosed(Event):
    """An account is closed: its tokens are refused, and whoever copied personal fields erases them.

    The username stays taken for good. Its sequence is the user's last version.
    """

    user_id: UUID
    closed_at: datetime
