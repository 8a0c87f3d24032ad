"""Instruments and quotes as operators see them: read only, market_service owns them."""

from __future__ import annotations

from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from trading_service.reference.models import LatestQuote, ListedInstrument


@admin.register(ListedInstrument)
class ListedInstrumentAdmin(ReadOnlyAdmin):
    list_display = ("ticker", "name_en", "type", "status", "lot_size", "price_step", "currency", "version")
    list_filter = ("type", "status")
    search_fields = ("ticker", "name_en", "name_ru")
    ordering = ("ticker",)


@admin.register(LatestQuote)
class LatestQuoteAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "price", "price_at")
    list_select_related = ("instrument",)
    search_fields = ("instrument__ticker",)
    ordering = ("instrument__ticker",)
