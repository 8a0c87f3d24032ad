"""The admin site. Signing in happens in user_service's, for all of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _


class ServiceAdminSite(AdminSite):
    """One service's admin; all but user_service's send to that one for signing in and out."""

    index_title = _("Administration")
    site_url = "/"

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return f"Birzha · {settings.SERVICE_SLUG}"

    @property
    def site_title(self) -> str:  # type: ignore[override]
        return self.site_header

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if settings.SERVICE_NAME == "user":
            return super().login(request, extra_context)
        target = request.GET.get("next", f"/admin/{settings.SERVICE_SLUG}/")
        return HttpResponseRedirect(f"/admin/users/login/?{urlencode({'next': target})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if settings.SERVICE_NAME == "user":
            return super().logout(request, extra_context)
        return HttpResponseRedirect("/admin/users/logout/")
