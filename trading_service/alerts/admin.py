"""Price alerts in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, person
from trading_service.alerts.models import PriceAlert


@admin.register(PriceAlert)
class PriceAlertAdmin(ReadOnlyAdmin):
    list_display = (
        "instrument", "book_id", "direction", "price", "created_at", "fired_at", "fired_price", "announced",
    )  # fmt: skip
    list_select_related = ("instrument",)
    list_filter = ("direction", ("fired_at", admin.EmptyFieldListFilter))
    shown = {
        "book_id": person("book_id", label=_("customer")),
        **labelled(
            instrument=_("instrument"),
            direction=_("when the price"),
            price=_("price"),
            created_at=_("set"),
            fired_at=_("fired"),
            fired_price=_("at the price"),
            announced=_("announced"),
        ),
    }
    find_ids = ("id", "book_id")
    find_texts = ("instrument__ticker",)
    find_people = ("book_id",)
    fields = list_display
    ordering = ("-id",)
