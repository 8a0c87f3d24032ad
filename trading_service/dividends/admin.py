"""Dividends and what their holders are paid in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, money, person, price, whole
from trading_service.dividends.models import Dividend, DividendAllocation


@admin.register(Dividend)
class DividendAdmin(ReadOnlyAdmin):
    list_display = (
        "instrument", "per_unit", "recorded_at", "units", "holders", "held_units", "amount", "completed_at",
    )  # fmt: skip
    list_select_related = ("instrument",)
    shown = {
        "per_unit": price("per_unit", label=_("dividend per unit")),
        "units": whole("units", label=_("units at the record, by the venue")),
        "holders": whole("holders", label=_("holders")),
        "held_units": whole("held_units", label=_("units of the holders")),
        "amount": money("amount", label=_("paid in all")),
        **labelled(
            instrument=_("instrument"), recorded_at=_("record moment"), completed_at=_("completed"),
            request_id=_("request"),
        ),
    }  # fmt: skip
    find_ids = ("id",)
    find_texts = ("instrument__ticker",)
    fields = (*list_display, "request_id")
    ordering = ("-recorded_at",)


@admin.register(DividendAllocation)
class DividendAllocationAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "dividend", "quantity", "amount")
    list_select_related = ("dividend__instrument",)
    shown = {
        "user_id": person("user_id", label=_("customer")),
        "quantity": whole("quantity", label=_("quantity")),
        "amount": money("amount", currency="dividend__currency", label=_("amount")),
        **labelled(dividend=_("dividend")),
    }
    find_ids = ("id", "user_id", "dividend_id")
    find_texts = ("dividend__instrument__ticker",)
    find_people = ("user_id",)
    fields = list_display
    ordering = ("-id",)
