"""Operators: one sign-in, at user_service's admin, serves every service's admin.

The cookie carries an RS256 token with scope ``operator``. A service that sees it for the first time
makes a local shadow user, whose username is the operator's id and whose first name is the name; that user
has no password and cannot be signed in by any other way. user_service has the operator's own row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse

from servicekit.auth.authentication import OPERATOR_COOKIE, OPERATOR_HEADER, principal_of
from servicekit.errors import DomainError


class OperatorMiddleware:
    """Puts the operator on requests to this service's admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request.COOKIES.get(OPERATOR_COOKIE)
        operator_id = self._sign_in(request, token) if token else ""
        response = self.get_response(request)
        if operator_id:
            response[OPERATOR_HEADER] = operator_id
        return response

    def _sign_in(self, request: HttpRequest, token: str) -> str:
        """The operator's id; "" when there is no operator with access."""
        try:
            operator = principal_of(token)
        except DomainError:
            return ""
        if not operator.is_operator:
            return ""
        users: Any = get_user_model().objects
        if settings.SERVICE_NAME == "user":
            user = users.filter(pk=operator.id, is_active=True, is_staff=True).first()
        else:
            user, _ = users.get_or_create(
                username=str(operator.id),
                defaults={
                    "is_staff": True, "is_superuser": True, "password": "!", "first_name": operator.name,
                },
            )  # fmt: skip
            if operator.name and user.first_name != operator.name:
                user.first_name = operator.name
                user.save(update_fields=["first_name"])
        if user is None:
            return ""
        request.user = user
        return str(operator.id)
