"""Signing up, in and out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.accounts.forms import CodeForm, SignInForm, SignUpForm
from web_frontend.accounts.profile import profile_adopt
from web_frontend.forms import add_problem
from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable
from web_frontend.pages import go_to, next_address, show_form, sign_in_for
from web_frontend.sessions import pending_sign_outs, tokens

logger = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: GatewayRequest) -> HttpResponse:
    """Register, and be signed in at once: one request to the API, so that there is no half of it."""
    if tokens.is_signed_in(request) and request.method != "POST":
        return go_to(request, reverse("portfolio"))
    form = SignUpForm(request.POST or None)
    lost = _(
        "Birzha did not answer. Press again with the same password: if your account has been "
        "created, you will be signed in."
    )

    def register(wanted: dict[str, str]) -> HttpResponse:
        body = {**wanted, "locale": get_language() or "en", "sign_in": True}
        done = request.gateway.post("/api/v1/users", {**body, **_replaced(request)}, public=True)
        tokens.sign_in(request, done["tokens"], name=done["username"])
        messages.success(request, _("Welcome to Birzha, %(name)s!") % {"name": done["username"]})
        return go_to(request, next_address(request, reverse("portfolio")))

    return _submit(request, form, _("Sign up"), "accounts/sign_up_form.html", register, lost=lost)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: GatewayRequest) -> HttpResponse:
    """Sign in and go on where one wanted to; a session that the browser had before ends."""
    if tokens.is_signed_in(request) and request.method != "POST":
        return go_to(request, next_address(request, reverse("portfolio")))
    form = SignInForm(request.POST or None)

    def enter(typed: dict[str, str]) -> HttpResponse:
        body = {**typed, **_replaced(request)}
        try:
            pair = request.gateway.post("/api/v1/auth/token", body, public=True)
        except GatewayProblem as problem:
            if problem.code != "second_factor_required":
                raise
            initial = {"username": typed["username"], "challenge": problem.challenge}
            return code_page(request, CodeForm(initial=initial))
        return _signed_in(request, pair, name=typed["username"])

    title, lost = pgettext("heading", "Sign in"), _("Birzha did not answer. Please press again.")
    return _submit(request, form, title, "accounts/sign_in_form.html", enter, lost=lost)


@sensitive_post_parameters("challenge", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: GatewayRequest) -> HttpResponse:
    """The second step of signing in; whoever opens the address by itself, or takes too long, begins again."""
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not {"username", "challenge"} <= form.data.keys():
        return go_to(request, reverse("sign_in"))
    if not form.is_valid():
        return code_page(request, form, status=422)
    typed = form.cleaned_data
    body = {"challenge": typed["challenge"], "code": typed["code"], **_replaced(request)}
    try:
        pair = request.gateway.post("/api/v1/auth/token/second-factor", body, public=True)
    except GatewayProblem as problem:
        if problem.code in ("challenge_invalid", "invalid_credentials"):
            messages.warning(request, problem.detail)
            return go_to(request, sign_in_for(next_address(request, reverse("portfolio"))))
        if problem.status not in (400, 422, 429, 503):
            raise
        add_problem(form, problem)
        return code_page(request, form, status=422)
    except GatewayUnavailable as error:
        logger.warning("no answer: %s", error)
        form.add_error(None, _("Birzha did not answer. Please press again."))
        return code_page(request, form, status=503)
    return _signed_in(request, pair, name=typed["username"])


def _signed_in(request: GatewayRequest, pair: dict[str, Any], *, name: str) -> HttpResponse:
    tokens.sign_in(request, pair, name=name)
    response = go_to(request, next_address(request, reverse("portfolio")))
    profile_adopt(request, response)
    return response


def code_page(request: GatewayRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    """Ask for the code of the second factor."""
    context = {"form": form, "next": next_address(request, "")}
    title = pgettext("heading", "Sign in")
    return show_form(request, title, "accounts/sign_in_code_form.html", context, status=status)


@require_POST
def sign_out(request: GatewayRequest) -> HttpResponse:
    """End the session here at once, and at the API, which is asked again until it has confirmed."""
    if tokens.is_signed_in(request):
        refresh = tokens.refresh_token(request)
        tokens.sign_out_begin(request)
        confirmed = not refresh or pending_sign_outs.revoke(request.gateway, refresh)
        if not confirmed:
            pending_sign_outs.add(refresh)
        tokens.sign_out(request)
        if confirmed:
            messages.success(request, _("You are signed out."))
        else:
            messages.warning(
                request,
                _(
                    "You are signed out in this browser. Birzha does not answer right now; "
                    "the session will end everywhere as soon as it does."
                ),
            )
    return go_to(request, reverse("instruments"))


def _submit(
    request: GatewayRequest,
    form: SignUpForm | SignInForm,
    title: str,
    fragment: str,
    act: Callable[[dict[str, str]], HttpResponse],
    *,
    lost: str,
) -> HttpResponse:
    """Do what a form asks for; what is refused, or got no answer, is said in the form.

    Args:
        title, fragment: of the form's page, see :func:`web_frontend.pages.show_form`.
        act: the action; gets the cleaned fields.
        lost: what to say when no answer came.
    """
    status, retry_after = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return act(form.cleaned_data)
            except GatewayProblem as problem:
                if problem.status not in (400, 401, 409, 422, 429, 503):
                    raise
                add_problem(form, problem)
                if problem.status == 503:
                    status, retry_after = 503, str(problem.retry_after)
            except GatewayUnavailable as error:
                logger.warning("no answer: %s", error)
                form.add_error(None, lost)
                status = 503
    context = {"form": form, "next": next_address(request, "")}
    response = show_form(request, title, fragment, context, status=status)
    if retry_after:
        response["Retry-After"] = retry_after
    return response


def _replaced(request: GatewayRequest) -> dict[str, str]:
    """The header that names the session of this browser that the new one ends."""
    refresh = tokens.refresh_token(request)
    return {"replaces": refresh} if refresh else {}
