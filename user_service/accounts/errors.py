"""What the use-cases of accounts refuse, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


@dataclass(frozen=True)
class FieldError:
    """One bad field: a stable code and a sentence in the active language."""

    field: str
    code: str
    detail: str


class NotYourself(DomainError):
    """An operator would lock themselves out."""

    code = "not_yourself"
    status = 409
    title = _("Not yourself")
    message = _("You cannot disable yourself.")


class FieldsRefused(DomainError):
    """Fields that look right but cannot be had: one :class:`FieldError` for each."""

    code = "validation_failed"
    title = _("Some fields cannot be accepted")
    message = _("Some fields cannot be accepted.")

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors


class InvalidCredentials(DomainError):
    """No such user, a wrong password, or a disabled user: nobody learns which."""

    code = "invalid_credentials"
    status = 401
    title = _("Wrong name or password")
    message = _("The name (or e-mail) and the password do not belong together.")


class TooManyAttempts(DomainError):
    """Too many wrong passwords for this account; the next is looked at after a while.

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


class PasswordWrong(DomainError):
    """The present password, asked for before a change, is another one."""

    code = "password_wrong"
    field = "old_password"
    title = _("Wrong password")
    message = _("This is not your present password.")


class UserNotFound(DomainError):
    """The token is good, but its user is not (any more) here."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such user.")
