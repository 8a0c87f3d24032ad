"""Turns violations of the unique indexes on username and e-mail into field errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from servicekit.errors import FieldError, FieldsRefused
from user_service.accounts import selectors

USERNAME_INDEX = "user_username_unique"
EMAIL_INDEX = "user_email_unique"


@contextmanager
def unique_required(*, username: str | None = None, email: str | None = None) -> Iterator[None]:
    """Run a block that writes a user, in a savepoint of its own.

    Args:
        username: the name that is being taken, if any.
        email: the address that is being taken, if any.

    Raises:
        FieldsRefused: ``username_taken``, ``email_taken``, or both.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        # The database names only the first index that refused; a person should be told both.
        refused_by = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if refused_by not in {USERNAME_INDEX, EMAIL_INDEX}:
            raise
        errors = taken(username=username, email=email)
        known = {error.field for error in errors}
        if username and refused_by == USERNAME_INDEX and "username" not in known:
            errors.append(username_taken(username))  # not committed yet
        if email and refused_by == EMAIL_INDEX and "email" not in known:
            errors.append(email_taken(email))
        raise FieldsRefused(*errors) from None


def taken(*, username: str | None = None, email: str | None = None) -> list[FieldError]:
    """Which of them somebody has. For messages only: the unique indexes decide."""
    errors = []
    if username and selectors.username_exists(username=username):
        errors.append(username_taken(username))
    if email and selectors.email_exists(email=email):
        errors.append(email_taken(email))
    return errors


def username_taken(username: str) -> FieldError:
    """Somebody has the name, or had it."""
    detail = _("The name %(username)s is taken.") % {"username": username}
    return FieldError("username", "username_taken", detail)


def email_taken(email: str) -> FieldError:
    """Somebody has the address."""
    return FieldError("email", "email_taken", _("%(email)s is already registered.") % {"email": email})
