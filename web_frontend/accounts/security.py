"""``/security``: the password and the e-mail, where one is signed in, and the latest sign-ins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.accounts.forms import EmailForm, PasswordForm
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import attempt_all, go_to, signed_in, wants_fragment


@sensitive_post_parameters("old_password", "new_password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def security_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST changes the password, which ends the other sessions."""
    form = _password_form(request.POST or None)
    address = "/api/v1/users/me/password"
    if submitted(form, lambda: request.gateway.post(address, form.cleaned_data)) is not None:
        messages.success(request, _("The password is changed. You are signed out everywhere else."))
        return go_to(request, reverse("security"))
    if request.method == "POST" and wants_fragment(request):
        return render(request, "accounts/password_form.html", {"form": form}, status=422)
    return security_page(request, form=form)


def security_page(
    request: GatewayRequest, *, form: PasswordForm | None = None, email_form: EmailForm | None = None
) -> HttpResponse:
    """The page, with a form that was refused, or for htmx that form alone."""
    if email_form is not None and wants_fragment(request):
        return render(request, "accounts/email_form.html", {"email_form": email_form}, status=422)
    gateway = request.gateway
    profile, sessions, sign_ins = attempt_all(
        request,
        gateway.ask("/api/v1/users/me"),
        gateway.ask("/api/v1/users/me/sessions"),
        gateway.ask("/api/v1/users/me/sign-ins"),
    )
    context = {
        "form": form or _password_form(),
        "email_form": email_form or EmailForm(auto_id="email-%s"),
        "profile": profile,
        "sessions": sessions,
        "sign_ins": sign_ins,
    }
    return render(request, "accounts/security.html", context, status=422 if request.method == "POST" else 200)


def _password_form(typed: Any = None) -> PasswordForm:
    return PasswordForm(typed, auto_id="password-%s")


@require_POST
@signed_in
def session_end(request: GatewayRequest, session_id: UUID) -> HttpResponse:
    """Sign out elsewhere; one that has ended meanwhile is no matter."""
    try:
        request.gateway.delete(f"/api/v1/users/me/sessions/{session_id}")
        messages.success(request, _("The session is ended."))
    except GatewayProblem as problem:
        if problem.status != 404:
            raise
    return go_to(request, reverse("security"))
