"""How ``django.contrib.auth`` (the admin's sign-in form) checks a password: by the same use-case."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from user_service.accounts.errors import InvalidCredentials, TooManyAttempts
from user_service.accounts.models import User
from user_service.accounts.services import user_authenticate
from user_service.sessions.clients import Client, client_of
from user_service.sessions.models import Outcome, SignInMethod
from user_service.sessions.services import sign_in_record


class CredentialsBackend(ModelBackend):
    """Username or e-mail, in any case, and the password; permissions as Django has them."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user, or None.

        Raises:
            ValidationError: too many wrong passwords; the sign-in form shows it.
        """
        if not username or not password:
            return None
        client = client_of(request) if request is not None else Client()
        try:
            user = user_authenticate(
                identifier=username, password=password, client=client, method=SignInMethod.ADMIN
            )
        except InvalidCredentials:
            return None
        except TooManyAttempts as refused:
            raise ValidationError(refused.detail, refused.code) from None
        if not user.is_staff:  # the form refuses them
            sign_in_record(
                outcome=Outcome.NO_OPERATOR, method=SignInMethod.ADMIN, client=client, user_id=user.pk
            )
        return user
