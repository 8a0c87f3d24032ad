"""Errors of accounts."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError
from servicekit.quotas import DailyQuotaExceeded


class NotYourself(DomainError):
    """Operators cannot disable themselves."""

    code = "not_yourself"
    status = 409
    title = _("Not yourself")
    message = _("You cannot disable yourself.")


class NotYourOwnFactor(NotYourself):
    """Who has a second factor turns it off with a code."""

    message = _("Turn your own second factor off under Security, with a code.")


class UserMayNotSignIn(DomainError):
    """The user is disabled."""

    code = "user_disabled"
    status = 409
    title = _("The user is disabled")
    message = _("The user may not sign in, so a new password would be of no use. Enable the user first.")


class UserIsClosed(DomainError):
    """The account was closed by its user."""

    code = "user_closed"
    status = 409
    title = _("The account is closed")
    message = _("The account was closed by its user. That is for good.")


class InvalidCredentials(DomainError):
    """Unknown user, wrong password or disabled user: the caller cannot tell which."""

    code = "invalid_credentials"
    status = 401
    title = _("Wrong name or password")
    message = _("Wrong name or password.")


class TooManyAttempts(DomainError):
    """Too many wrong passwords for this account; the next attempt must wait.

    Attributes:
        retry_after: seconds, rounded up.
    """

    code = "too_many_attempts"
    status = 429
    title = _("Too many wrong passwords")
    message = _("There were too many wrong passwords for this account. Try again in %(seconds)d s.")

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = int(wait.total_seconds()) + 1
        super().__init__(seconds=self.retry_after)


class TooManyWrongCodes(TooManyAttempts):
    """The same for codes of the second factor."""

    title = _("Too many wrong codes")
    message = _("There were too many wrong codes for this account. Try again in %(seconds)d s.")


class SignUpQuotaExceeded(DailyQuotaExceeded):
    """The address has used up the daily quota of sign-ups."""

    code = "sign_up_quota_exceeded"
    status = 429
    title = _("Daily sign-up limit reached")
    message = _(
        "Your network address has reached the daily limit of sign-ups: %(limit)s. Try again "
        "after midnight UTC."
    )


class SignInQuotaExceeded(DailyQuotaExceeded):
    """The account has used up the daily quota of sign-ins."""

    code = "sign_in_quota_exceeded"
    status = 429
    title = _("Daily sign-in limit reached")
    message = _(
        "You have reached the daily limit of sign-ins: %(limit)s. Use a session that is "
        "already open, or sign in after midnight UTC."
    )


class ProfileQuotaExceeded(DailyQuotaExceeded):
    """The account has used up the daily quota of profile and password changes."""

    code = "profile_quota_exceeded"
    status = 429
    title = _("Daily limit of changes reached")
    message = _(
        "You have reached the daily limit of changes to your profile and password: "
        "%(limit)s. You can make changes again after midnight UTC."
    )


class LinkQuotaExceeded(DailyQuotaExceeded):
    """So many links were mailed to one address today, whoever asked for them."""

    code = "link_quota_exceeded"
    status = 429
    title = _("Daily limit of e-mails reached")
    message = _(
        "We sent %(limit)s such e-mails to this address today; the links in them work. You can ask for "
        "another after midnight UTC."
    )


class ResetQuotaExceeded(DailyQuotaExceeded):
    """The network address has asked for too many new passwords today."""

    code = "reset_quota_exceeded"
    status = 429
    title = _("Daily limit of password resets reached")
    message = _(
        "Your network address has reached the daily limit of password resets: %(limit)s. Try again "
        "after midnight UTC."
    )


class LinkInvalid(DomainError):
    """A link that is not whole, has expired, was used, or is of an address that is not the account's."""

    code = "link_invalid"
    field = "token"
    title = _("The link does not work")
    message = _("This link was used already, has expired or is not complete. Ask for another one.")


class EmailConfirmedAlready(DomainError):
    """There is nothing to confirm."""

    code = "email_confirmed_already"
    status = 409
    title = _("Confirmed already")
    message = _("Your e-mail is confirmed already.")


class PasswordWrong(DomainError):
    """The current password is wrong."""

    code = "password_wrong"
    field = "password"
    title = _("Wrong password")
    message = _("This is not your current password.")


class OldPasswordWrong(PasswordWrong):
    """The same, where a new one is given too."""

    field = "old_password"


class UserNotFound(DomainError):
    """The token is valid, but its user does not exist."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such user.")
