"""Positions, their lots and days in the admin, read only; orders change them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, money, person, whole
from trading_service.positions.models import DailyFlow, Lot, Position


@admin.register(Position)
class PositionAdmin(ReadOnlyAdmin):
    list_display = (
        "user_id", "instrument", "quantity", "held_quantity", "cost_basis", "realized_pnl", "bought_quantity",
        "bought_cost", "updated_at",
    )  # fmt: skip
    list_select_related = ("instrument",)
    shown = {
        "user_id": person("user_id", label=_("customer")),
        "cost_basis": money("cost_basis", currency="instrument__currency", label=_("cost")),
        "realized_pnl": money("realized_pnl", currency="instrument__currency", label=_("profit or loss")),
        "quantity": whole("quantity", label=_("quantity")),
        "held_quantity": whole("held_quantity", label=_("held for sales")),
        "bought_quantity": whole("bought_quantity", label=_("bought so far")),
        "bought_cost": money("bought_cost", currency="instrument__currency", label=_("paid so far")),
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


_CURRENCY = "position__instrument__currency"


class _PartAdmin(ReadOnlyAdmin):
    """Rows of a position, searched like positions."""

    list_select_related = ("position__instrument",)
    find_ids = ("position__user_id",)
    find_texts = ("position__instrument__ticker",)
    find_people = ("position__user_id",)
    ordering = ("-id",)


@admin.register(Lot)
class LotAdmin(_PartAdmin):
    list_display = ("position", "bought_at", "quantity", "cost", "bought_before", "cost_before")
    shown = {
        "quantity": whole("quantity", label=_("quantity")),
        "cost": money("cost", currency=_CURRENCY, label=_("cost")),
        "bought_before": whole("bought_before", label=_("bought before")),
        "cost_before": money("cost_before", currency=_CURRENCY, label=_("paid before")),
        **labelled(position=_("position"), bought_at=_("bought")),
    }
    fields = list_display


@admin.register(DailyFlow)
class DailyFlowAdmin(_PartAdmin):
    list_display = ("position", "day", "bought_quantity", "bought_cost", "sold_quantity", "sold_proceeds")
    shown = {
        "bought_quantity": whole("bought_quantity", label=_("bought")),
        "bought_cost": money("bought_cost", currency=_CURRENCY, label=_("paid")),
        "sold_quantity": whole("sold_quantity", label=_("sold")),
        "sold_proceeds": money("sold_proceeds", currency=_CURRENCY, label=_("received")),
        **labelled(position=_("position"), day=_("date")),
    }
    fields = list_display
