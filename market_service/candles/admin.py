"""Candles in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from market_service.candles.models import Candle, RecentMinute
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, price, whole

_PRICES = ("open", "high", "low", "close")


_SHOWN = {
    **labelled(instrument=_("instrument")),
    "volume": whole("volume"),
    **{name: price(name, currency="instrument__currency") for name in _PRICES},
}


@admin.register(Candle)
class CandleAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "interval", "time", *_PRICES, "volume")
    list_filter = ("interval",)
    list_select_related = ("instrument",)
    shown = _SHOWN
    find_texts = ("instrument__ticker",)
    fields = list_display
    ordering = ("instrument_id", "interval", "-time")


@admin.register(RecentMinute)
class RecentMinuteAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "time", *_PRICES, "volume")
    list_select_related = ("instrument",)
    shown = _SHOWN
    find_texts = ("instrument__ticker",)
    fields = list_display
    ordering = ("instrument_id", "-time")
