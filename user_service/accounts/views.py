"""Operators' sign-in and sign-out, for the admin sites of all services.

There is no second, hidden sign-in state: the operator's cookie is the only one, so ending its
session ends it in every admin, this one included.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from servicekit.auth.authentication import OPERATOR_COOKIE, principal_of
from servicekit.errors import DomainError
from servicekit.qr_code import qr_svg
from user_service.accounts.errors import InvalidCredentials, TooManyAttempts
from user_service.accounts.services import (
    enrolment_is_due,
    operator_enrol,
    operator_sign_in,
    operator_sign_in_finish,
)
from user_service.second_factor.codes import CODE_MAX, provisioning_uri, secret_new, secret_read
from user_service.second_factor.errors import (
    CodeWrong,
    SecondFactorMissing,
    SecondFactorRequired,
    SecretInvalid,
)
from user_service.sessions.clients import client_of
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import OperatorToken, session_revoke


class OperatorLoginView(LoginView):
    """Django's admin sign-in form. On success the browser gets the operator's cookie."""

    template_name = "admin/login.html"
    authentication_form = AdminAuthenticationForm
    redirect_authenticated_user = True

    def get_success_url_allowed_hosts(self) -> set[str]:  # type: ignore[override]
        """None: after signing in one stays here, on a path (``?next=/admin/trading/``)."""
        return set()

    def get_redirect_url(self) -> str:  # type: ignore[override]
        """The wanted path, unless it is this page or the one that signs out."""
        wanted = super().get_redirect_url()
        loops = (reverse("operator-login"), reverse("operator-logout"))
        return wanted if wanted.startswith("/") and not wanted.startswith(loops) else ""

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            "title": _("Log in"),
            "subtitle": None,
            "app_path": self.request.get_full_path(),
            "username": "",
        }

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let the operator in, or ask for the code first."""
        onward = self.get_success_url()
        try:
            granted = operator_sign_in(user=form.get_user(), client=client_of(self.request))
        except InvalidCredentials:
            form.add_error(None, form.get_invalid_login_error())
            return self.form_invalid(form)
        except SecondFactorRequired as required:
            return second_step(self.request, required.members["challenge"], onward)
        except SecondFactorMissing as missing:
            return second_step(self.request, missing.challenge, onward)
        return _entered(self.request, granted, HttpResponseRedirect(onward))


@method_decorator(never_cache, name="dispatch")
class OperatorSecondFactorView(View):
    """The second step of the sign-in: the code; or the enrolment of an operator who needs a second factor.

    What the first step found is in ``challenge``, signed, for five minutes; nothing of it is stored.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """The address alone is the beginning."""
        return HttpResponseRedirect(reverse("operator-login"))

    @method_decorator(sensitive_post_parameters("challenge", "code", "secret"))
    def post(self, request: HttpRequest) -> HttpResponse:
        """Check the code, or turn the second factor on with it."""
        challenge, code = request.POST.get("challenge", ""), request.POST.get("code", "")[:CODE_MAX]
        client, onward = client_of(request), _onward(request.POST.get("next", ""))
        try:
            operator = enrolment_is_due(challenge=challenge)
            if operator is None:
                granted = operator_sign_in_finish(challenge=challenge, code=code or " ", client=client)
                return _entered(request, granted, HttpResponseRedirect(onward))
            enrolled = operator_enrol(
                challenge=challenge, secret=request.POST.get("secret", ""), code=code, client=client
            )
        except (CodeWrong, SecretInvalid, TooManyAttempts) as refused:
            return second_step(request, challenge, onward, problem=refused.detail)
        except DomainError as refused:
            messages.error(request, refused.detail)
            return HttpResponseRedirect(reverse("operator-login"))
        page = {"title": _("Recovery codes"), "codes": enrolled.recovery_codes, "onward": onward}
        return _entered(request, enrolled.token, _admin_page(request, "admin/recovery_codes.html", page))


def second_step(
    request: HttpRequest, challenge: str, onward: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The form for the code; for an operator who needs a second factor and has none, with a QR code.

    Raises:
        ChallengeInvalid: it took too long.
    """
    context: dict[str, Any] = {
        "title": _("Log in"), "challenge": challenge, "onward": onward, "problem": problem,
        "action": reverse("operator-second-factor"),
    }  # fmt: skip
    if operator := enrolment_is_due(challenge=challenge):
        typed = request.POST.get("secret", "")
        secret = typed if secret_read(typed) else secret_new()
        uri = provisioning_uri(secret=secret, username=operator.username)
        context |= {"secret": secret, "qr": mark_safe(qr_svg(uri))}
    return _admin_page(request, "admin/second_factor.html", context, status=status)


def _admin_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    everywhere = {**admin.site.each_context(request), "has_permission": False, "subtitle": None}
    return TemplateResponse(request, template, everywhere | context, status=status)


def _onward(wanted: str) -> str:
    """A path of an admin, and not one that signs in or out."""
    login, logout = reverse("operator-login"), reverse("operator-logout")
    own = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own and not wanted.startswith((login, logout)) else reverse("admin:index")


def _entered(request: HttpRequest, granted: OperatorToken, response: HttpResponse) -> HttpResponse:
    """The answer, with the operator's cookie."""
    rotate_token(request)
    response.set_cookie(
        OPERATOR_COOKIE,
        granted.token,
        expires=granted.expires_at,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


@method_decorator(never_cache, name="dispatch")
class OperatorLogoutView(View):
    """Ends the operator's session and takes the cookie away.

    GET works too, because the other services' admins send the browser here by a redirect. Another
    site cannot make use of that: the cookie is SameSite=Strict, so its requests come without it.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Sign out."""
        if token := request.COOKIES.get(OPERATOR_COOKIE):
            try:
                operator = principal_of(token)
            except DomainError:
                pass  # it has ended already
            else:
                session_revoke(session_id=operator.session_id, reason=RevokedReason.SIGNED_OUT)
        response = HttpResponseRedirect(reverse("operator-login"))
        response.delete_cookie(OPERATOR_COOKIE, path="/", samesite="Strict")
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out; the button of the admin posts."""
        return self.get(request)
