"""URLs of billing_service."""

from __future__ import annotations

from django.urls import include, path

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    api=[
        path("api/v1/", include("billing_service.ledger.urls")),
        path("api/v1/", include("billing_service.holds.urls")),
        path("api/v1/", include("billing_service.cash.urls")),
        path("api/v1/", include("billing_service.statements.urls")),
    ],
)
