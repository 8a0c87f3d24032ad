"""The language of the pages, and of the notifications of who is signed in."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from web_frontend.display import language_remember
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
        profile_update(request, locale=language)
    return response


def profile_update(request: GatewayRequest, **changed: str) -> None:
    """Change the profile of who is signed in, ``locale`` or ``time_zone``; that it failed is only logged."""
    if not tokens.is_signed_in(request):
        return
    try:
        request.gateway.patch("/api/v1/users/me", changed)
    except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
        logger.warning("the profile's %s was not changed: %s", ", ".join(changed), error)
