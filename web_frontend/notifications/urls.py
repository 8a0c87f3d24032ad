"""``/notifications…``."""

from __future__ import annotations

from django.urls import path

from web_frontend.notifications import preferences, views

urlpatterns = [
    path("notifications", views.notification_list, name="notifications"),
    path("notifications/unread", views.unread_count, name="unread_count"),
    path("notifications/read-all", views.notification_read_all, name="notification_read_all"),
    path("notifications/<uuid:notification_id>/open", views.notification_open, name="notification_open"),
    path("notifications/<uuid:notification_id>/read", views.notification_read, name="notification_read"),
    path("settings/notifications", preferences.preferences_show, name="notification_preferences"),
    path(
        "settings/notifications/webhook-secret",
        preferences.webhook_secret_renew,
        name="webhook_secret_renew",
    ),
    path("unsubscribe", preferences.unsubscribe, name="unsubscribe"),
]
