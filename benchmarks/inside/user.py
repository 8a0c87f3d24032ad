"""Users for a measurement."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import transaction

from user_service.accounts.services import user_register


def users_register(*, count: int) -> list[str]:
    """Sign up ``count`` users, who never sign in: their password is stored with the cheapest hash.

    Returns:
        Their ids.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AUTH_PASSWORD_VALIDATORS = []
    users = []
    with transaction.atomic():
        for _ in range(count):
            name = f"b{uuid4().hex[:20]}"
            user = user_register(username=name, email=f"{name}@example.com", password=uuid4().hex)
            users.append(str(user.id))
    return users
