"""URLs below ``/api/v1/notifications``."""

from __future__ import annotations

from django.urls import path

from notification_service.inbox.apis import (
    NotificationListApi,
    NotificationReadAllApi,
    NotificationReadApi,
)

urlpatterns = [
    path("", NotificationListApi.as_view(), name="notification-list"),
    path("/read-all", NotificationReadAllApi.as_view(), name="notification-read-all"),
    path("/<uuid:notification_id>/read", NotificationReadApi.as_view(), name="notification-read"),
]
