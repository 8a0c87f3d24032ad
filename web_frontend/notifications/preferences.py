"""``/settings/notifications``: which news comes over which channel; and the page of a link to unsubscribe."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.notifications.preferences_form import CHANNELS, KINDS, PreferencesForm
from web_frontend.pages import attempt, go_to, signed_in

_URL = "/api/v1/notification-preferences"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST saves what was chosen."""
    had = attempt(lambda: request.gateway.get(_URL))
    if had is None:
        return render(request, "notifications/preferences.html", {"form": None}, status=503)
    form = PreferencesForm(request.POST if request.method == "POST" else None, had)
    if submitted(form, lambda: request.gateway.put(_URL, form.body), refusals=(400, 422)) is not None:
        messages.success(request, _("The settings are saved."))
        return go_to(request, reverse("notification_preferences"))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "secret": had["webhook_secret"]}
    return render(request, "notifications/preferences.html", context, status=status)


@require_POST
@signed_in
def webhook_secret_renew(request: GatewayRequest) -> HttpResponse:
    """Another secret for the webhook."""
    request.gateway.post(f"{_URL}/webhook-secret")
    messages.success(request, _("The webhook has another secret."))
    return go_to(request, reverse("notification_preferences"))


@csrf_exempt  # mail programs POST by themselves (RFC 8058); the token in the address allows this and no more
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: GatewayRequest) -> HttpResponse:
    """Ask once more, since programs look at links; a POST stops this kind of mail."""
    token = request.GET.get("token", "")
    context = {"done": False, "refused": False, "kind": "", "channel": ""}
    if request.method == "POST":
        address = f"/api/v1/notification-unsubscribe?{urlencode({'token': token})}"
        try:
            stopped = request.gateway.post(address, public=True)
            context |= {
                "done": True,
                "kind": KINDS.get(stopped["kind"], stopped["kind"]),
                "channel": CHANNELS.get(stopped["channel"], stopped["channel"]),
            }
        except GatewayProblem as problem:
            if problem.status != 404:
                raise
            context["refused"] = True
    status = 404 if context["refused"] else 200
    return render(request, "notifications/unsubscribe.html", context, status=status)
