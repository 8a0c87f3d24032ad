"""Instruments and quotes in the admin, read only; market_service owns them."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import ChoicesFieldListFilter
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, linked, price, whole
from servicekit.admin.filters import named
from trading_service.reference.models import DailyClose, LatestQuote, ListedInstrument


@admin.register(ListedInstrument)
class ListedInstrumentAdmin(ReadOnlyAdmin):
    list_display = (
        "ticker", "name_en", "type", "status", "lot_size", "price_step", "issued_quantity", "version",
    )  # fmt: skip
    list_filter = (("status", named(ChoicesFieldListFilter, _("status"))),)
    shown = {
        "id": linked("id", "/admin/market/instruments/instrument/{}/change/", label=_("at the venue")),
        "price_step": price("price_step", label=_("price step")),
        "previous_close": price("previous_close", label=_("previous closing price")),
        "issued_quantity": whole("issued_quantity", label=_("issued quantity")),
        **labelled(
            ticker=_("ticker"),
            name_en=_("name in English"),
            name_ru=_("name in Russian"),
            type=_("type"),
            currency=_("currency"),
            status=_("status"),
            lot_size=_("lot size"),
            version=_("version"),
        ),
    }
    search_fields = ("ticker", "name_en", "name_ru")
    fields = (
        "ticker", "id", "name_en", "name_ru", "type", "status", "currency", "lot_size", "price_step",
        "issued_quantity", "previous_close", "version",
    )  # fmt: skip
    ordering = ("ticker",)


@admin.register(LatestQuote)
class LatestQuoteAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "price", "price_at")
    list_select_related = ("instrument",)
    shown = {
        "price": price("price", currency="instrument__currency", label=_("price")),
        **labelled(instrument=_("instrument"), price_at=_("time of the price")),
    }
    search_fields = ("instrument__ticker",)
    fields = list_display
    ordering = ("instrument__ticker",)


@admin.register(DailyClose)
class DailyCloseAdmin(ReadOnlyAdmin):
    list_display = ("instrument", "day", "price")
    list_select_related = ("instrument",)
    shown = {
        "price": price("price", currency="instrument__currency", label=_("price")),
        **labelled(instrument=_("instrument"), day=_("date")),
    }
    search_fields = ("instrument__ticker",)
    fields = list_display
    ordering = ("-day", "instrument__ticker")
