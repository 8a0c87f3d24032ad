"""The language of the pages, and the cookie it is kept in."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable, SignedOut
from web_frontend.pages import next_address
from web_frontend.sessions import tokens

logger = logging.getLogger(__name__)


@require_POST
def language_set(request: GatewayRequest) -> HttpResponse:
    """Remember the language in a cookie; who is signed in gets their notices in it too."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(next_address(request, reverse("instruments")), status=303)
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        language_remember(response, language)
        if tokens.is_signed_in(request):
            try:
                request.gateway.patch("/api/v1/users/me", {"locale": language})
            except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
                logger.warning("the profile's language was not changed: %s", error)
    return response


def language_remember(response: HttpResponse, language: str) -> None:
    """Put a language into the cookie for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
