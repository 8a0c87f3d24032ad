"""Holds in the admin, to look at only."""

from __future__ import annotations

from django.contrib import admin

from billing_service.holds.models import Hold
from servicekit.admin import ReadOnlyAdmin


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "order_id",
        "user_id",
        "amount",
        "captured",
        "released",
        "state",
        "due_at",
        "updated_at",
    )
    list_filter = ("state",)
    search_fields = ("=id", "=order_id", "=user_id")
