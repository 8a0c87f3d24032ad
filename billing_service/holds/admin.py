"""Holds in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing_service.holds.models import Hold
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import linked, money, order, person, short_id
from servicekit.admin.links import order_links


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "order_id", "user_id", "amount", "captured", "released", "state", "due_at",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("account",)
    shown = {
        "id": short_id("id"),
        "order_id": order(),
        "user_id": person("user_id", label=_("customer")),
        "account_id": linked(
            "account_id", "/admin/billing/ledger/ledgeraccount/{}/change/", label=_("account")
        ),
        **{
            name: money(name, currency="account__currency") for name in ("amount", "captured", "released")
        },
        "related": order_links(),
    }  # fmt: skip
    find_ids = ("id", "order_id", "user_id")
    find_people = ("user_id",)
    fields = (
        "id", "related", "order_id", "user_id", "account_id", "amount", "captured", "released", "state",
        "due_at", "updated_at",
    )  # fmt: skip
    ordering = ("-id",)
