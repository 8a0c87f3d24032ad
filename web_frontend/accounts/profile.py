"""What of the pages follows who is signed in from browser to browser: language, theme, colours, time zone."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from web_frontend.display import COLOURS, THEMES, display_of, display_remember, language_remember, zones
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
    """Change the profile of who is signed in; that it failed is only logged.

    Args:
        changed: any of ``locale``, ``time_zone``, ``theme``, ``colours``.
    """
    if not tokens.is_signed_in(request):
        return
    try:
        request.gateway.patch("/api/v1/users/me", changed)
    except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
        logger.warning("the profile's %s was not changed: %s", ", ".join(changed), error)


def profile_adopt(request: GatewayRequest, response: HttpResponse) -> None:
    """Have this browser show pages as who has just signed in chose it elsewhere; without an answer it stays.

    What was chosen nowhere (of the time zone: UTC) stays as this browser has it. The language does too: it is
    that in which the person signed in.
    """
    try:
        profile = request.gateway.get("/api/v1/users/me")
    except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
        logger.warning("the profile was not read: %s", error)
        return
    before = display_of(request)
    known = {"theme": THEMES, "colours": COLOURS, "time_zone": zones()[1:]}
    chosen = {name: profile[name] for name, values in known.items() if profile.get(name) in values}
    zone = chosen.pop("time_zone", before.zone)
    after = before._replace(zone=zone, **chosen)
    if after != before:
        display_remember(response, after)
