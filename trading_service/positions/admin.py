"""Positions as operators see them: read only, orders change them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, money, person, whole
from trading_service.positions.models import Position


@admin.register(Position)
class PositionAdmin(ReadOnlyAdmin):
    list_display = (
        "user_id", "instrument", "quantity", "held_quantity", "cost_basis", "realized_pnl", "updated_at",
    )  # fmt: skip
    list_select_related = ("instrument",)
    shown = {
        "user_id": person("user_id", label=_("customer")),
        "cost_basis": money("cost_basis", currency="instrument__currency", label=_("cost")),
        "realized_pnl": money("realized_pnl", currency="instrument__currency", label=_("profit or loss")),
        "quantity": whole("quantity", label=_("quantity")),
        "held_quantity": whole("held_quantity", label=_("held for sales")),
        **labelled(
            instrument=_("instrument"),
            updated_at=_("changed"),
        ),
    }
    find_ids = ("user_id",)
    find_texts = ("instrument__ticker",)
    find_people = ("user_id",)
    fields = list_display
    ordering = ("-id",)
