"""Notifications in the admin, to look at only."""

from __future__ import annotations

from django.contrib import admin

from notification_service.inbox.models import Notification
from servicekit.admin import ReadOnlyAdmin


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "kind", "channel", "order_id", "created_at", "read_at")
    list_filter = ("kind", "channel", ("read_at", admin.EmptyFieldListFilter))
    search_fields = ("=id", "=user_id", "=order_id", "=source_event_id", "=request_id")
    date_hierarchy = "created_at"
