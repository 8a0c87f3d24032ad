"""Passwords: validation, storage and verification."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from servicekit.errors import FieldError, FieldsRefused
from user_service.accounts import selectors
from user_service.accounts.models import User


def password_errors(
    *, password: str, username: str, email: str, display_name: str = "", field: str = "password"
) -> list[FieldError]:
    """What speaks against a password; empty when nothing does.

    Args:
        password: as typed.
        username: whose it shall be; a password like the name or the address is refused.
        email: the address of the same user.
        display_name: the shown name of the same user.
        field: of the request, for the error.

    Returns:
        At most one error: the code of the first reason (``password_too_short``, ``password_too_similar``,
        ``password_too_common``, ``password_entirely_numeric``) and a sentence of each code.
    """
    normal = password_normal(password)
    user = User(username=username, email=email, display_name=display_name)
    try:
        # A letter can stand for many in the normal form; it is still one that was typed.
        validate_password(min(password, normal, key=len), user)
        validate_password(normal, user)
    except ValidationError as refused:
        messages = {str(error.code): error.messages[0] for error in reversed(refused.error_list)}
        return [FieldError(field, str(refused.error_list[0].code), " ".join(reversed(messages.values())))]
    return []


def new_password_hash(*, user: User, password: str) -> str:
    """The hash of what shall be a user's password. Takes as long as :func:`password_hash`.

    Raises:
        FieldsRefused: something speaks against it, of the field ``new_password``.
    """
    weak = new_password_errors(user=user, password=password)
    if weak:
        raise FieldsRefused(*weak)
    return password_hash(password)


def new_password_errors(*, user: User, password: str) -> list[FieldError]:
    """What speaks against it, as :func:`password_errors`, of the field ``new_password``."""
    return password_errors(
        password=password,
        username=user.username,
        email=user.email,
        display_name=user.display_name,
        field="new_password",
    )


def password_normal(password: str) -> str:
    """The form that is hashed: the same however a keyboard composes its letters (NFKC, RFC 8265)."""
    return unicodedata.normalize("NFKC", password)


def password_hash(password: str) -> str:
    """An argon2id hash of what was typed. Takes some 20 ms: before a transaction, not in one."""
    return make_password(password_normal(password))


def password_matches(*, user: User | None, password: str) -> bool:
    """Whether it is the user's password. Takes the same time for nobody as for somebody.

    A hash from before passwords were normalized is of what was typed then; it is replaced at the first
    success.
    """
    normal = password_normal(password)
    if user is None:
        for typed in {normal, password}:
            make_password(typed)
        return False
    if user.check_password(normal):
        return True
    if normal == password or not check_password(password, user.password):
        return False
    replaced, user.password = user.password, make_password(normal)
    if User.objects.filter(pk=user.pk, password=replaced).update(password=user.password):
        return True
    user.password = selectors.user_get(user_id=user.pk).password  # another sign-in was faster, or a change
    return user.check_password(normal)
