"""``/security/api-keys``: the keys that one's programs sign in with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.accounts.forms import ApiKeyForm
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import attempt, go_to, show, signed_in

_KEYS = "/api/v1/users/me/api-keys"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def api_keys_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST makes a key, whose text its response shows this once."""
    form = ApiKeyForm(request.POST or None, auto_id="api-key-%s")
    made = submitted(form, lambda: request.gateway.post(_KEYS, form.body))
    context: dict[str, Any] = {
        "form": ApiKeyForm(auto_id="api-key-%s") if made else form,
        "made": made,
        "keys": attempt(lambda: request.gateway.get(_KEYS)),
    }
    refused = request.method == "POST" and not made
    panel = "accounts/api_keys_panel.html"
    return show(request, "accounts/api_keys.html", context, fragment=panel, status=422 if refused else 200)


@require_POST
@signed_in
def api_key_revoke(request: GatewayRequest, key_id: UUID) -> HttpResponse:
    """Revoke one; one that is gone meanwhile is no matter."""
    try:
        request.gateway.delete(f"{_KEYS}/{key_id}")
        messages.success(request, _("The API key is revoked."))
    except GatewayProblem as problem:
        if problem.status != 404:
            raise
    return go_to(request, reverse("api_keys"))
