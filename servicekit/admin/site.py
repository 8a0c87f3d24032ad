"""The admin site. Signing in happens in user_service's, for all of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite, autodiscover
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicekit.audit.actions import ACTIONS
from servicekit.audit.models import AuditEntry

#: So many of the operators' actions are shown on the first page.
LATEST = 10


class ServiceAdminSite(AdminSite):
    """One service's admin; all but user_service's send to that one for signing in and out."""

    index_title = _("Administration")
    site_url = "/"
    empty_value_display = "–"
    enable_nav_sidebar = False  # lists need the room

    @property
    def urls(self) -> Any:
        """Those of every app's admin, which only who serves the admin loads: not a worker, nor a stream."""
        self.discover()
        return super().urls

    def check(self, app_configs: Any) -> list[Any]:
        """Django's system checks, of every app's admin."""
        self.discover()
        return super().check(app_configs)

    def discover(self) -> None:
        """Load every app's ``admin``; take away what Django offers and nobody here can use.

        Operators are user_service's users; a shadow user, a permission or a group of another service
        gives nobody anything. Sign-ins happen in user_service, so Django's own sessions are empty.
        """
        from servicekit.admin import audit_trail  # noqa: F401 (Django itself imports each app's ``admin`` only)

        autodiscover()
        unused = ["auth.Group"] if settings.AUTH_USER_MODEL != "auth.User" else ["auth.Group", "auth.User"]
        for name in unused:
            model = apps.get_model(name)
            if self.is_registered(model):
                self.unregister(model)

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return f"Birzha · {next(name for name, _, own in self._admins() if own)}"

    @property
    def site_title(self) -> str:  # type: ignore[override]
        return self.site_header

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the way to the other services' admins."""
        return {**super().each_context(request), "admins": self._admins()}

    def _admins(self) -> list[tuple[str, str, bool]]:
        """Of each service's admin: what it is called, its address, and whether it is this one."""
        language = get_language() or "en"
        return [
            (each[language], f"/admin/{each['slug']}/", each["name"] == settings.SERVICE_NAME)
            for each in settings.SERVICES
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With what operators did last."""
        latest: list[Any] = list(AuditEntry.objects.order_by("-id")[:LATEST])
        for entry in latest:
            entry.called = ACTIONS.get(entry.action, entry.action)
        return super().index(request, {"latest_actions": latest, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if settings.SERVICE_NAME == "user":
            return super().login(request, extra_context)
        target = request.GET.get("next", f"/admin/{settings.SERVICE_SLUG}/")
        return HttpResponseRedirect(f"/admin/users/login/?{urlencode({'next': target})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The page that everybody has: it checks the password, ends other sessions, notifies the owner."""
        return HttpResponseRedirect("/security")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if settings.SERVICE_NAME == "user":
            return super().logout(request, extra_context)
        return HttpResponseRedirect("/admin/users/logout/")
