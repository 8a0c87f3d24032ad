"""Positions as operators see them: read only, orders change them."""

from __future__ import annotations

from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from trading_service.positions.models import Position


@admin.register(Position)
class PositionAdmin(ReadOnlyAdmin):
    list_display = (
        "user_id",
        "instrument",
        "quantity",
        "held_quantity",
        "cost_basis",
        "realized_pnl",
        "updated_at",
    )
    list_select_related = ("instrument",)
    list_filter = ("instrument__type",)
    search_fields = ("=user_id", "=instrument__ticker")
    ordering = ("-id",)
