"""What customers watch in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, person
from trading_service.watchlist.models import WatchedInstrument


@admin.register(WatchedInstrument)
class WatchedInstrumentAdmin(ReadOnlyAdmin):
    list_display = ("watchlist_id", "instrument", "added_at")
    list_select_related = ("instrument",)
    shown = {
        "watchlist_id": person("watchlist_id", label=_("customer")),
        **labelled(instrument=_("instrument"), added_at=_("added")),
    }
    find_ids = ("watchlist_id",)
    find_texts = ("instrument__ticker",)
    find_people = ("watchlist_id",)
    fields = list_display
    ordering = ("-id",)
