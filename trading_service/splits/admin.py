"""Splits and what positions became by them in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, money, person, price, whole
from trading_service.splits.models import Split, SplitShare


@admin.register(Split)
class SplitAdmin(ReadOnlyAdmin):
    list_display = (
        "instrument", "old_units", "new_units", "price", "recorded_at", "holders", "old_quantity", "quantity",
        "amount", "completed_at",
    )  # fmt: skip
    list_select_related = ("instrument",)
    shown = {
        "price": price("price", label=_("price after it")),
        "old_units": whole("old_units", label=_("old units")),
        "new_units": whole("new_units", label=_("new units for them")),
        "units": whole("units", label=_("units at the record, by the venue")),
        "holders": whole("holders", label=_("holders")),
        "old_quantity": whole("old_quantity", label=_("units before")),
        "quantity": whole("quantity", label=_("units after")),
        "amount": money("amount", label=_("paid for fractions")),
        **labelled(
            instrument=_("instrument"), recorded_at=_("record moment"), applied_at=_("positions split"),
            completed_at=_("completed"), request_id=_("request"),
        ),
    }  # fmt: skip
    find_ids = ("id",)
    find_texts = ("instrument__ticker",)
    fields = (*list_display, "units", "applied_at", "request_id")
    ordering = ("-recorded_at",)


@admin.register(SplitShare)
class SplitShareAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "split", "old_quantity", "quantity", "amount")
    list_select_related = ("split__instrument",)
    shown = {
        "user_id": person("user_id", label=_("customer")),
        "old_quantity": whole("old_quantity", label=_("units before")),
        "quantity": whole("quantity", label=_("units after")),
        "amount": money("amount", currency="split__currency", label=_("paid for the fraction")),
        **labelled(split=_("split")),
    }
    find_ids = ("id", "user_id", "split_id")
    find_texts = ("split__instrument__ticker",)
    find_people = ("user_id",)
    fields = list_display
    ordering = ("-id",)
