"""What operators see of quotes and daily prices: to look at, not to edit."""

from __future__ import annotations

from django.contrib import admin

from market_service.quotes.models import DailyPrice, Quote
from servicekit.admin import ReadOnlyAdmin


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "price", "previous_close", "price_at", "tick")
    list_select_related = ("instrument",)
    ordering = ("instrument__ticker",)


@admin.register(DailyPrice)
class DailyPriceAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "date", "open", "high", "low", "close", "volume")
    list_select_related = ("instrument",)
    list_filter = ("instrument",)
    date_hierarchy = "date"
    ordering = ("-date", "instrument__ticker")
