"""Which passwords are good enough."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from user_service.accounts.errors import FieldError
from user_service.accounts.models import User


def password_errors(*, password: str, username: str, email: str) -> list[FieldError]:
    """What speaks against a password; empty when nothing does.

    Args:
        password: as typed.
        username: whose it shall be; a password like the name or the address is refused.
        email: the address of the same user.

    Returns:
        At most one error for the field ``password``: the code of the first reason
        (``password_too_short``, ``password_too_similar``, ``password_too_common``,
        ``password_entirely_numeric``) and the sentences of all of them.
    """
    try:
        validate_password(password, User(username=username, email=email))
    except ValidationError as refused:
        code = str(refused.error_list[0].code)
        return [FieldError("password", code, " ".join(refused.messages))]
    return []
