"""URLs below ``/api/v1/notification-preferences``."""

from __future__ import annotations

from django.urls import path

from notification_service.preferences.apis import PreferencesApi, WebhookSecretApi

urlpatterns = [
    path("", PreferencesApi.as_view(), name="notification-preferences"),
    path("/webhook-secret", WebhookSecretApi.as_view(), name="webhook-secret"),
]
