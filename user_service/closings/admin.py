"""Closings of accounts in the admin: view only, since only their users may want it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import money, person, short_id
from user_service.closings.models import Closing


@admin.register(Closing)
class ClosingAdmin(ReadOnlyAdmin):
    list_display = (
        "user_id", "state", "requested_at", "decided_at", "balance", "open_orders", "positions",
        "payments_due", "frozen",
    )  # fmt: skip
    list_filter = ("state",)
    shown = {
        "id": short_id("id"),
        "user_id": person("user_id", label=_("user")),
        "balance": money("balance"),
        "held": money("held"),
    }
    find_ids = ("id", "user_id")
    find_texts = ("user__username",)
    fields = (
        "id", "user_id", "state", "requested_at", "last_attempt_at", "attempts", "decided_at", "currency",
        "balance", "held", "frozen", "open_orders", "positions", "payments_due",
    )  # fmt: skip
    date_hierarchy = "requested_at"
