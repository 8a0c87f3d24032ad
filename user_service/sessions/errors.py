"""Errors of sessions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class RefreshTokenInvalid(DomainError):
    """Malformed, expired, not a refresh token, or not signed here; ``reason`` says which, to operators."""

    code = "token_invalid"
    status = 401
    title = _("The refresh token is not valid")
    message = _("The refresh token is malformed, expired or was not issued here. Sign in again.")

    def __init__(self, reason: str = "malformed") -> None:
        self.reason = reason
        super().__init__()


class SessionEnded(DomainError):
    """The session was signed out or revoked, for example because a refresh token was used twice."""

    code = "session_revoked"
    status = 401
    title = _("The session has ended")
    message = _("This session has ended. Sign in again.")


class SessionNotFound(DomainError):
    """The session does not exist, or belongs to another user."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such session.")


class SessionHasEnded(DomainError):
    """The session has ended already."""

    code = "session_has_ended"
    status = 409
    title = _("The session has ended")
    message = _("This session has ended already.")


class SigningKeyMissing(Exception):
    """There is no key to sign with: ``manage make_signing_key`` makes one."""


class KeyNotPublishedLongEnough(Exception):
    """Other services may not have fetched the new key yet; signing with it now would lock users out.

    Attributes:
        wait: seconds until it may sign.
    """

    def __init__(self, kid: str, *, wait: int) -> None:
        self.wait = wait
        super().__init__(f"{kid} can sign in {wait} s")
