"""Contacts in the admin, read only: they are copies of user_service's data."""

from __future__ import annotations

from django.contrib import admin

from notification_service.delivery.models import Contact
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import person


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "display_name", "email", "locale", "version", "updated_at")
    list_filter = ("locale",)
    shown = {"user_id": person("user_id")}
    find_ids = ("user_id",)
    find_texts = ("email", "display_name")
    find_people = ("user_id",)
    ordering = ("-user_id",)
