"""Every address of the pages, room by room. No trailing slashes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from web_frontend import health

handler400 = "web_frontend.errors.bad_request"
handler403 = "web_frontend.errors.forbidden"
handler404 = "web_frontend.errors.not_found"
handler500 = "web_frontend.errors.server_error"


def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for by themselves on pages that name no icon, such as the admin's."""
    return redirect(static("web/favicon.svg"))


urlpatterns = [
    path("", include("web_frontend.instruments.urls")),
    path("", include("web_frontend.market_clock.urls")),
    path("", include("web_frontend.orders.urls")),
    path("", include("web_frontend.portfolio.urls")),
    path("", include("web_frontend.cash.urls")),
    path("", include("web_frontend.history.urls")),
    path("", include("web_frontend.notifications.urls")),
    path("", include("web_frontend.watchlist.urls")),
    path("", include("web_frontend.alerts.urls")),
    path("", include("web_frontend.accounts.urls")),
    path("", include("web_frontend.help.urls")),
    path("", include("web_frontend.docs.urls")),
    path("favicon.ico", favicon),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
