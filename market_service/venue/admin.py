"""What operators see of the venue: every answer, and whether quantities add up; to look at."""

from __future__ import annotations

from django.contrib import admin

from market_service.venue.models import Reconciliation, VenueOrder
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import order, price, short_id, whole
from servicekit.admin.links import order_links


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
    shown = {
        "order_id": order(),
        "price": price("price", currency="instrument__currency"),
        "cap_price": price("cap_price", currency="instrument__currency"),
        "fill_id": short_id("fill_id"),
        "quantity": whole("quantity"),
        "related": order_links(),
    }
    find_ids = ("order_id", "fill_id")
    find_texts = ("instrument__ticker",)
    fields = (
        "order_id", "related", "instrument", "side", "quantity", "state", "price", "cap_price", "fill_id",
        "refuse_code", "refuse_limit", "refuse_value", "submitted_at", "answered_at",
    )  # fmt: skip
    ordering = ("-order_id",)  # the newest first: the ids are UUIDv7


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "difference", "sold", "execution_seq", "changed_at")
    list_select_related = ("instrument",)
    search_fields = ("instrument__ticker",)
    ordering = ("instrument__ticker",)
