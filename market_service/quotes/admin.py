"""Quotes and daily prices in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from market_service.quotes.models import DailyPrice, Quote
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, price, whole

_INSTRUMENT = labelled(instrument=_("instrument"))
_CURRENCY = "instrument__currency"


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "price", "previous_close", "price_at", "tick")
    list_select_related = ("instrument",)
    shown = {
        **_INSTRUMENT,
        "price": price("price", currency=_CURRENCY),
        "previous_close": price("previous_close", currency=_CURRENCY),
    }
    search_fields = ("instrument__ticker",)
    fields = list_display
    ordering = ("instrument__ticker",)


@admin.register(DailyPrice)
class DailyPriceAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "date", "open", "high", "low", "close", "volume")
    list_select_related = ("instrument",)
    shown = {
        **_INSTRUMENT,
        "volume": whole("volume"),
        **{name: price(name, currency=_CURRENCY) for name in ("open", "high", "low", "close")},
    }
    find_texts = ("instrument__ticker",)
    fields = (*list_display, "adj_close")
    date_hierarchy = "date"
    ordering = ("-date", "instrument__ticker")
