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
    messages.success(request, _("The webhook has a new secret."))
    return go_to(request, reverse("notification_preferences"))


@csrf_exempt  # mail programs POST by themselves (RFC 8058); the token in the address allows this and no more
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: GatewayRequest) -> HttpResponse:
    """Say what the link stops and ask once more, since programs look at links; a POST stops it."""
    token, done = request.GET.get("token", ""), request.method == "POST"
    address = "/api/v1/notification-unsubscribe"
    context = {"done": done, "refused": False, "kind": "", "channel": ""}
    try:
        if done:
            what = request.gateway.post(f"{address}?{urlencode({'token': token})}", public=True)
        else:
            what = attempt(lambda: request.gateway.get(address, public=True, token=token))
        if what:
            context["kind"] = KINDS.get(what["kind"], what["kind"])
            context["channel"] = CHANNELS.get(what["channel"], what["channel"])
    except GatewayProblem as problem:
        if problem.status not in (404, 405):  # 405: while an upgrade runs, the version before says nothing
            raise
        context |= {"done": False, "refused": problem.status == 404}
    status = 404 if context["refused"] else 200
    return render(request, "notifications/unsubscribe.html", context, status=status)
