"""URLs of trading_service."""

from __future__ import annotations

from django.urls import include, path

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    api=[
        path("api/v1/orders", include("trading_service.orders.urls")),
        path("api/v1/alerts", include("trading_service.alerts.urls")),
        path("api/v1/watchlist", include("trading_service.watchlist.urls")),
        path("api/v1/", include("trading_service.positions.urls")),
    ],
)
