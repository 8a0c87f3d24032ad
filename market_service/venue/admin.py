"""What operators see of the venue: every answer, and whether quantities add up; to look at."""

from __future__ import annotations

from django.contrib import admin

from market_service.venue.models import Reconciliation, VenueOrder
from servicekit.admin import ReadOnlyAdmin


@admin.register(VenueOrder)
class VenueOrderAdmin(ReadOnlyAdmin):
    list_display = (
        "order_id",
        "instrument",
        "side",
        "quantity",
        "state",
        "price",
        "refuse_code",
        "answered_at",
    )
    list_filter = ("state", "refuse_code", "side")
    list_select_related = ("instrument",)
    search_fields = ("order_id", "fill_id")
    ordering = ("-order_id",)  # the newest first: the ids are UUIDv7


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "difference", "sold", "position", "changed_at")
    list_select_related = ("instrument",)
    search_fields = ("instrument__ticker",)
    ordering = ("instrument__ticker",)
