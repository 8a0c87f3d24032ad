"""Notifications in the admin, read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notification_service.inbox.models import Notification
from notification_service.inbox.texts import body_of, title_of
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import order, person, short_id
from servicekit.admin.links import order_links


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "kind", "title", "order_id", "created_at", "read_at")
    list_filter = ("kind", "channel", ("read_at", admin.EmptyFieldListFilter))
    shown = {
        "id": short_id("id"),
        "user_id": person("user_id"),
        "order_id": order(),
        "source_event_id": short_id("source_event_id"),
        "fill_id": short_id("fill_id"),
        "request_id": short_id("request_id"),
        "related": order_links(),
    }
    find_ids = ("id", "user_id", "order_id", "source_event_id", "fill_id")
    find_texts = ("request_id",)
    find_people = ("user_id",)
    fields = (
        "id", "related", "user_id", "kind", "title", "body", "channel", "created_at", "read_at", "order_id",
        "fill_id", "source_event_id", "request_id",
    )  # fmt: skip
    date_hierarchy = "created_at"
    ordering = ("-id",)

    @admin.display(description=_("title"))
    def title(self, notification: Notification) -> Any:
        """As the user reads it, in the operator's language."""
        return title_of(notification.kind, notification.params)

    @admin.display(description=_("text"))
    def body(self, notification: Notification) -> Any:
        """As the user reads it, in the operator's language."""
        return body_of(notification.kind, notification.params)
