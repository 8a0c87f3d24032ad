"""Somebody signs up."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction

from servicekit.contracts.user import AccountRegistered
from servicekit.messaging import publish
from user_service.accounts.errors import FieldsRefused
from user_service.accounts.models import User
from user_service.accounts.services.passwords import password_errors
from user_service.accounts.services.uniqueness import taken_refused


def user_register(
    *, username: str, email: str, password: str, locale: str = "en", is_operator: bool = False
) -> User:
    """Create a user.

    Args:
        username: 3 to 32 of ``A-Z a-z 0-9 _ . -``; unique in any case, kept as typed.
        email: unique in any case, kept as typed.
        password: as typed; stored as an argon2id hash.
        locale: ``en`` or ``ru``.
        is_operator: may use every admin site.

    Returns:
        The user.

    Raises:
        FieldsRefused: the name or the address is taken, or the password too weak.

    Emits:
        user.account.registered.v1, sequence 1.
    """
    if weak := password_errors(password=password, username=username, email=email):
        raise FieldsRefused(*weak)
    user = User(
        username=username,
        email=email,
        # Hashed before the transaction begins: it takes tens of milliseconds.
        password=make_password(password),
        locale=locale,
        is_staff=is_operator,
        is_superuser=is_operator,
    )
    with transaction.atomic():
        with taken_refused(username=username, email=email):
            user.save(force_insert=True)
        publish(
            AccountRegistered(
                user_id=user.id,
                username=user.username,
                email=user.email,
                locale=user.locale,
                registered_at=user.created_at,
            ),
            sequence=user.version,
        )
    return user
