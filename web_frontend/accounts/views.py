"""Signing up, in and out, and the language of the pages."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import check_for_language, get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.accounts import tokens
from web_frontend.accounts.forms import SignInForm, SignUpForm
from web_frontend.forms import add_problem
from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable, SignedOut
from web_frontend.pages import go_to, next_address, show

logger = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: GatewayRequest) -> HttpResponse:
    """Register, and be signed in at once."""
    if tokens.is_signed_in(request):
        return go_to(request, reverse("portfolio"))
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            request.gateway.post("/api/v1/users", {**wanted, "locale": get_language() or "en"}, public=True)
            _start_session(request, wanted["username"], wanted["password"])
            messages.success(request, _("Welcome to Birzha, %(name)s!") % {"name": wanted["username"]})
            return go_to(request, next_address(request, reverse("portfolio")))
        except GatewayProblem as problem:
            if problem.status not in (400, 409, 422, 429):
                raise
            add_problem(form, problem)
    return _show_form(request, form, "accounts/sign_up.html")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: GatewayRequest) -> HttpResponse:
    """Sign in and go on where one wanted to."""
    if tokens.is_signed_in(request) and request.method != "POST":
        return go_to(request, next_address(request, reverse("portfolio")))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _start_session(request, form.cleaned_data["username"], form.cleaned_data["password"])
            return go_to(request, next_address(request, reverse("portfolio")))
        except GatewayProblem as problem:
            if problem.status not in (400, 401, 429):
                raise
            add_problem(form, problem)
    return _show_form(request, form, "accounts/sign_in.html")


@require_POST
def sign_out(request: GatewayRequest) -> HttpResponse:
    """End the session everywhere: at the API and here. It ends here even if the API does not answer."""
    if tokens.is_signed_in(request):
        try:
            request.gateway.post("/api/v1/auth/logout")
        except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
            logger.warning("logout was not confirmed: %s", error)
        tokens.sign_out(request)
        messages.success(request, _("You are signed out."))
    return go_to(request, reverse("instruments"))


@require_POST
def language_set(request: GatewayRequest) -> HttpResponse:
    """Remember the language in a cookie; who is signed in gets their notices in it too."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(next_address(request, reverse("instruments")), status=303)
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        if tokens.is_signed_in(request):
            try:
                request.gateway.patch("/api/v1/users/me", {"locale": language})
            except (GatewayProblem, GatewayUnavailable, SignedOut) as error:
                logger.warning("the profile's language was not changed: %s", error)
    return response


def _start_session(request: GatewayRequest, username: str, password: str) -> None:
    answer = request.gateway.post(
        "/api/v1/auth/token", {"username": username, "password": password}, public=True
    )
    tokens.sign_in(request, answer, name=username)


def _show_form(request: GatewayRequest, form: SignUpForm | SignInForm, page: str) -> HttpResponse:
    context = {"form": form, "next": next_address(request, "")}
    fragment = page.replace(".html", "_form.html")
    return show(request, page, context, fragment=fragment, status=422 if form.errors else 200)
