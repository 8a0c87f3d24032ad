"""What operators do with instruments: word them, halt them, open them. Listing is the catalogue's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from market_service.instruments import services
from market_service.instruments.models import Instrument
from servicekit.admin import ServiceAdmin

_WORDING = ("name_en", "name_ru", "description_en", "description_ru")


@admin.register(Instrument)
class InstrumentAdmin(ServiceAdmin):
    list_display = (
        "ticker",
        "name",
        "type",
        "status",
        "halt_reason",
        "available_quantity",
        "issued_quantity",
        "simulated",
    )
    list_filter = ("status", "halt_reason", "type", "simulated")
    search_fields = ("ticker", "isin", "name_en", "name_ru")
    fields = (
        *_WORDING,
        "ticker",
        "isin",
        "type",
        "status",
        "halt_reason",
        "currency",
        "lot_size",
        "price_step",
        "issued_quantity",
        "available_quantity",
        "simulated",
        "version",
        "created_at",
        "updated_at",
    )
    readonly_fields = fields[len(_WORDING) :]
    actions = ("halt", "open")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Instrument, form: Any, change: bool) -> None:
        services.instrument_edit(instrument_id=obj.pk, **{name: form.cleaned_data[name] for name in _WORDING})

    @admin.display(description=_("name"))
    def name(self, instrument: Instrument) -> str:
        return instrument.name

    @admin.action(description=_("Halt trading of the selected instruments"), permissions=["change"])
    def halt(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> None:
        for instrument in queryset.order_by("pk"):
            services.instrument_halt(instrument_id=instrument.pk)
        self._say(request, queryset.count())

    @admin.action(description=_("Open trading of the selected instruments"), permissions=["change"])
    def open(self, request: HttpRequest, queryset: QuerySet[Instrument]) -> None:
        for instrument in queryset.order_by("pk"):
            services.instrument_open(instrument_id=instrument.pk)
        self._say(request, queryset.count())

    def _say(self, request: HttpRequest, count: int) -> None:
        text = ngettext("Done for %(count)s instrument.", "Done for %(count)s instruments.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
