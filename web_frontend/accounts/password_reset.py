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
from web_frontend.forms import add_problem
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import go_to, show


@require_http_methods(["GET", "HEAD", "POST"])
def password_forgotten(request: GatewayRequest) -> HttpResponse:
    """Have a link mailed; what the page says then is the same whether or not somebody has the address."""
    form = ForgottenPasswordForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                request.gateway.post("/api/v1/auth/password-reset", form.cleaned_data, public=True)
                context["mailed_to"], status = form.cleaned_data["email"], 200
            except GatewayProblem as problem:
                if problem.status not in (400, 422, 429):
                    raise
                add_problem(form, problem)
    fragment = "accounts/forgot_password_form.html"
    return show(request, "accounts/forgot_password.html", context, fragment=fragment, status=status)


@sensitive_post_parameters("token", "new_password")
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: GatewayRequest) -> HttpResponse:
    """Choose a new password with a mailed link, and sign in with it."""
    form = ResetPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            request.gateway.post("/api/v1/auth/password-reset/confirm", form.cleaned_data, public=True)
        except GatewayProblem as problem:
            if problem.status not in (400, 422, 429, 503):
                raise
            add_problem(form, problem)
        else:
            messages.success(request, _("The new password is set. Sign in with it."))
            return go_to(request, reverse("sign_in"))
    status = 422 if request.method == "POST" else 200
    fragment = "accounts/reset_password_form.html"
    return show(request, "accounts/reset_password.html", {"form": form}, fragment=fragment, status=status)
