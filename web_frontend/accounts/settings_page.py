"""``/settings``: for everybody, signed in or not."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from web_frontend.accounts.language import language_remember
from web_frontend.accounts.settings_form import DisplayForm
from web_frontend.display import Display, display_of, display_remember
from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable, SignedOut
from web_frontend.pages import go_to
from web_frontend.sessions.tokens import is_signed_in

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def settings_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST remembers what was chosen in this browser.

    Language and time zone of who is signed in are those of their notices, too.
    """
    before = display_of(request)
    initial = {**before._asdict(), "language": get_language() or settings.LANGUAGE_CODE}
    form = DisplayForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        language = chosen.pop("language")
        with override(language):
            messages.success(request, _("The settings are saved."))
        response = go_to(request, reverse("settings"))
        language_remember(response, language)
        display_remember(response, Display(**chosen))
        if is_signed_in(request):
            _tell_profile(request, language, chosen["zone"])
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/settings.html", {"form": form}, status=status)


def _tell_profile(request: GatewayRequest, language: str, zone: str) -> None:
    told = {"locale": language} | ({"time_zone": zone} if zone else {})
    try:
        request.gateway.patch("/api/v1/users/me", told)
    except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
        logger.warning("the profile was not told the settings: %s", error)
