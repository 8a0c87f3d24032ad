"""Middleware that only the admin needs: static files, sessions, authentication, messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

#: The outermost first.
CHAIN = (
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "servicekit.auth.operators.OperatorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)


class AdminMiddleware:
    """Runs requests to the admin through :data:`CHAIN`; all others skip it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.through_chain = reduce(
            lambda inner, name: import_string(name)(inner), reversed(CHAIN), get_response
        )
        self.prefix = f"/admin/{settings.SERVICE_SLUG}/"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(self.prefix):
            return self.through_chain(request)
        return self.get_response(request)
