"""URLs of market_service."""

from __future__ import annotations

from django.urls import include, path

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    api=[
        path("api/v1/market", include("market_service.clock.urls")),
        path("api/v1/instruments", include("market_service.instruments.urls")),
        path("api/v1/instruments/<str:ticker>/", include("market_service.venue.urls")),
        path("api/v1/instruments/<str:ticker>/", include("market_service.candles.urls")),
        path("api/v1/instruments/<str:ticker>/", include("market_service.corporate_actions.urls")),
    ],
)
