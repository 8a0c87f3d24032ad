"""``/security``: the password, where one is signed in, and who came in or was refused lately."""

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

from web_frontend.accounts.forms import PasswordForm
from web_frontend.forms import add_problem
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import attempt, go_to, signed_in, wants_fragment


@sensitive_post_parameters("old_password", "new_password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def security_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST changes the password, which ends the other sessions."""
    form = PasswordForm(request.POST or None, auto_id="password-%s")
    if request.method == "POST" and form.is_valid():
        try:
            request.gateway.post("/api/v1/users/me/password", form.cleaned_data)
            messages.success(request, _("The password is changed. You are signed out everywhere else."))
            return go_to(request, reverse("security"))
        except GatewayProblem as problem:
            if problem.status not in (400, 422, 429, 503):
                raise
            add_problem(form, problem)
    context: dict[str, Any] = {"form": form}
    refused = request.method == "POST"
    part = refused and wants_fragment(request)
    if not part:
        context["sessions"] = attempt(lambda: request.gateway.get("/api/v1/users/me/sessions"))
        context["sign_ins"] = attempt(lambda: request.gateway.get("/api/v1/users/me/sign-ins"))
    template = "accounts/password_form.html" if part else "accounts/security.html"
    return render(request, template, context, status=422 if refused else 200)


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
