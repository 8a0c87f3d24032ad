"""Operators' sign-in and sign-out, for the admin sites of all services.

There is no second, hidden sign-in state: the operator's cookie is the only one, so ending its
session ends it in every admin, this one included.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from servicekit.auth.authentication import OPERATOR_COOKIE, principal_of
from servicekit.errors import DomainError
from user_service.accounts.errors import InvalidCredentials
from user_service.accounts.services import operator_sign_in
from user_service.sessions.clients import client_of
from user_service.sessions.models import RevokedReason
from user_service.sessions.services import session_revoke


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
        try:
            granted = operator_sign_in(user=form.get_user(), client=client_of(self.request))
        except InvalidCredentials:
            form.add_error(None, form.get_invalid_login_error())
            return self.form_invalid(form)
        rotate_token(self.request)
        response = HttpResponseRedirect(self.get_success_url())
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
