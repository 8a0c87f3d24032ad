"""``/forgot-password``, which has a link mailed, and ``/reset-password``, where it leads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from web_frontend.accounts.forms import ForgottenPasswordForm, ResetPasswordForm
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import go_to, show_form


@require_http_methods(["GET", "HEAD", "POST"])
def password_forgotten(request: GatewayRequest) -> HttpResponse:
    """Have a link mailed; what the page says then is the same whether or not somebody has the address."""
    form = ForgottenPasswordForm(request.POST or None)
    address = "/api/v1/auth/password-reset"
    mailed = submitted(form, lambda: request.gateway.post(address, form.cleaned_data, public=True))
    context: dict[str, Any] = {"form": form}
    if mailed is not None:
        context["mailed_to"] = form.cleaned_data["email"]
    status = 422 if request.method == "POST" and mailed is None else 200
    title = _("Forgot your password?")
    return show_form(request, title, "accounts/forgot_password_form.html", context, status=status)


@sensitive_post_parameters("token", "new_password")
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: GatewayRequest) -> HttpResponse:
    """Choose a new password with a mailed link, and sign in with it."""
    form = ResetPasswordForm(request.POST or None)
    address = "/api/v1/auth/password-reset/confirm"
    done = submitted(form, lambda: request.gateway.post(address, form.cleaned_data, public=True))
    if done is not None:
        messages.success(request, _("The new password is set. Sign in with it."))
        return go_to(request, reverse("sign_in"))
    status = 422 if request.method == "POST" else 200
    fragment = "accounts/reset_password_form.html"
    return show_form(request, _("New password"), fragment, {"form": form}, status=status)
