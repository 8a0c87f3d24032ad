"""URLs of notification_service."""

from __future__ import annotations

from django.urls import include, path

from notification_service.preferences.apis import UnsubscribeApi
from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    api=[
        path("api/v1/notifications", include("notification_service.inbox.urls")),
        path("api/v1/notification-preferences", include("notification_service.preferences.urls")),
        path("api/v1/notification-unsubscribe", UnsubscribeApi.as_view(), name="notification-unsubscribe"),
    ],
)
