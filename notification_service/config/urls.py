"""URLs of notification_service."""

from __future__ import annotations

from django.urls import path

from notification_service.inbox.apis import (
    NotificationListApi,
    NotificationReadAllApi,
    NotificationReadApi,
)
from notification_service.preferences.apis import PreferencesApi, UnsubscribeApi, WebhookSecretApi
from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

urlpatterns = service_urls(
    api=[
        path("api/v1/notifications", NotificationListApi.as_view()),
        path("api/v1/notifications/read-all", NotificationReadAllApi.as_view()),
        path("api/v1/notifications/<uuid:notification_id>/read", NotificationReadApi.as_view()),
        path("api/v1/notification-preferences", PreferencesApi.as_view()),
        path("api/v1/notification-preferences/webhook-secret", WebhookSecretApi.as_view()),
        path("api/v1/notification-unsubscribe", UnsubscribeApi.as_view()),
    ],
)
