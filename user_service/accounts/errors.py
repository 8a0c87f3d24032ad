"""What the use-cases of accounts refuse, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


@dataclass(frozen=True)
class FieldError:
    """One bad field: a stable code and a sentence in the active language."""

    field: str
    code: str
    detail: str


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


class UserNotFound(DomainError):
    """The token is good, but its user is not (any more) here."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such user.")
