"""``/settings``: for everybody, signed in or not."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from web_frontend.accounts.profile import profile_update
from web_frontend.accounts.settings_form import DisplayForm
from web_frontend.display import Display, display_of, display_remember, language_remember
from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import go_to


@require_http_methods(["GET", "HEAD", "POST"])
def settings_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST remembers what was chosen in this browser.

    Of signed-in users theme, colours and time zone follow them to other browsers (``profile_adopt``);
    language and time zone are those of their notifications, too.
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
        zone = {"time_zone": chosen["zone"]} if chosen["zone"] else {}
        profile_update(request, locale=language, theme=chosen["theme"], colours=chosen["colours"], **zone)
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/settings.html", {"form": form}, status=status)
