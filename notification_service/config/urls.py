"""URLs of notification_service."""

from __future__ import annotations

from django.urls import include, path

from servicekit.urls import handler400, handler403, handler404, handler500, not_yet, service_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    api=[
        path("api/v1/notifications", include("notification_service.inbox.urls")),
        not_yet("api/v1/notification-preferences"),
    ],
)
