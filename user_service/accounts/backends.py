"""How ``django.contrib.auth`` (the admin's sign-in form) checks a password: by the same use-case."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from user_service.accounts.errors import InvalidCredentials
from user_service.accounts.models import User
from user_service.accounts.services import user_authenticate


class CredentialsBackend(ModelBackend):
    """Username or e-mail, in any case, and the password; permissions as Django has them."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user, or None."""
        if not username or not password:
            return None
        try:
            return user_authenticate(identifier=username, password=password)
        except InvalidCredentials:
            return None
