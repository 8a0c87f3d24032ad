"""Operators' actions on instruments: edit texts, halt and open, set a price, change the issued quantity, and
switch the house.

Instruments are listed by the catalogue. The admin is here, not in ``instruments``, because most actions
affect the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from market_service.instruments import services as instruments
from market_service.instruments.limits import MAX_ISSUED
from market_service.instruments.models import Instrument, InstrumentStatus
from market_service.venue import services
from market_service.venue.admin_tables import book_table
from market_service.venue.matching import half_spread_of
from servicekit.admin import ServiceAdmin
from servicekit.admin.columns import price, price_text, whole
from servicekit.admin.operations import Fact, Operation, ReasonForm, calls
from servicekit.admin.versions import VersionedForm
from servicekit.audit.actors import Actor
from servicekit.contracts.values import PRICE_DIGITS, PRICE_MAX_DIGITS

_WORDING = ("name_en", "name_ru", "description_en", "description_ru")


class PriceForm(ReasonForm):
    """A price and a reason."""

    price = forms.DecimalField(label=_("New price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    field_order = ("price", "reason")


class QuantityForm(ReasonForm):
    """A quantity and a reason."""

    issued_quantity = forms.IntegerField(
        label=_("New issued quantity"), min_value=1, max_value=MAX_ISSUED
    )  # fmt: skip
    field_order = ("issued_quantity", "reason")


class HouseForm(ReasonForm):
    """Whether the house trades, its half spread, and a reason."""

    house = forms.BooleanField(label=_("The house trades"), required=False)
    half_spread = forms.DecimalField(
        label=_("Half spread"),
        max_digits=18,
        decimal_places=PRICE_DIGITS,
        min_value=0,
        required=False,
        help_text=_("Empty: by the price, 0.05 % of it and at least one price step."),
    )
    field_order = ("house", "half_spread", "reason")


def _status_facts(instrument: Instrument) -> Sequence[Fact]:
    return (
        Fact(_("status"), instrument.get_status_display()),
        Fact(_("reason of the halt"), instrument.get_halt_reason_display()),
        _price_fact(instrument),
    )


def _price_fact(instrument: Instrument) -> Fact:
    """The feed moves it every second, so that it does not bind."""
    return Fact(_("price"), price_text(instrument.quote.price, instrument.currency), binding=False)


def _price_facts(instrument: Instrument) -> Sequence[Fact]:
    return (
        _price_fact(instrument),
        Fact(_("price step"), price_text(instrument.price_step, instrument.currency)),
        Fact(_("status"), instrument.get_status_display()),
    )


def _quantity_facts(instrument: Instrument) -> Sequence[Fact]:
    sold = instrument.issued_quantity - instrument.available_quantity
    return (
        Fact(_("issued quantity"), number_format(instrument.issued_quantity, force_grouping=True)),
        Fact(_("sold"), number_format(sold, force_grouping=True), binding=False),
    )


def _half_spread_text(instrument: Instrument) -> str:
    """The half spread at the present price, and whether it goes by that."""
    half = half_spread_of(
        quote=instrument.quote.price, half_spread=instrument.half_spread, step=instrument.price_step
    )
    text = price_text(half, instrument.currency)
    return (
        text if instrument.half_spread is not None else gettext("%(price)s, by the price") % {"price": text}
    )


def _house_facts(instrument: Instrument) -> Sequence[Fact]:
    return (
        Fact(_("the house trades"), _("yes") if instrument.house else _("no")),
        Fact(_("half spread"), _half_spread_text(instrument), binding=instrument.half_spread is not None),
        _price_fact(instrument),
    )


@admin.register(Instrument)
class InstrumentAdmin(ServiceAdmin):
    list_display = (
        "ticker", "name", "type", "status", "halt_reason", "price", "available_quantity", "issued_quantity",
    )  # fmt: skip
    list_filter = ("status", "halt_reason", "type", "simulated")
    list_select_related = ("quote",)
    search_fields = ("ticker", "isin", "name_en", "name_ru")
    shown = {
        "price": price("quote__price", label=_("price")),
        "price_step": price("price_step"),
        "issued_quantity": whole("issued_quantity"),
        "available_quantity": whole("available_quantity"),
    }
    form = VersionedForm
    fields = (
        *_WORDING, "ticker", "isin", "type", "status", "halt_reason", "price", "currency", "lot_size",
        "price_step", "issued_quantity", "available_quantity", "house", "spread", "book", "simulated",
        "version", "created_at", "updated_at",
    )  # fmt: skip
    readonly_fields = fields[len(_WORDING) :]
    operations = (
        Operation(
            name="halt",
            title=_("Halt trading"),
            done=_("Trading is halted."),
            facts=_status_facts,
            act=calls(instruments.instrument_halt, "instrument_id"),
            offered=lambda instrument: instrument.status == InstrumentStatus.OPEN,
        ),
        Operation(
            name="open",
            title=_("Open trading"),
            done=_("Trading is open."),
            facts=_status_facts,
            act=calls(services.instrument_open, "instrument_id"),
            offered=lambda instrument: instrument.status == InstrumentStatus.HALTED,
        ),
        Operation(
            name="price",
            title=_("Set the price"),
            done=_("The price is set."),
            facts=_price_facts,
            act=calls(services.instrument_reprice, "instrument_id"),
            form=PriceForm,
            note=_("The price continues from the new one. Open orders keep their price limits."),
            many=False,
        ),
        Operation(
            name="quantity",
            title=_("Change the issued quantity"),
            done=_("The issued quantity is changed."),
            facts=_quantity_facts,
            act=calls(services.instrument_reissue, "instrument_id"),
            form=QuantityForm,
            note=_("The available quantity changes by the difference; units already sold are not affected."),
            many=False,
        ),
        Operation(
            name="house",
            title=_("Change the house's quotes"),
            done=_("The house's quotes are changed."),
            facts=_house_facts,
            act=calls(services.instrument_house, "instrument_id"),
            form=HouseForm,
            note=_("The house sells half a spread above the price and buys half a spread below it."),
            many=False,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        """With their quotes; what waits for its first prices is seen by nobody."""
        return super().get_queryset(request).filter(quote__isnull=False).select_related("quote")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Instrument, form: Any, change: bool) -> None:
        instruments.instrument_edit(
            instrument_id=obj.pk,
            version=form.cleaned_data["seen"],
            by=Actor.of(request.user),
            **{name: form.cleaned_data[name] for name in _WORDING},
        )

    @admin.display(description=_("name"))
    def name(self, instrument: Instrument) -> str:
        return instrument.name

    @admin.display(description=_("half spread"))
    def spread(self, instrument: Instrument) -> str:
        return _half_spread_text(instrument)

    @admin.display(description=_("order book"))
    def book(self, instrument: Instrument) -> str:
        """What an order that comes now would meet."""
        return book_table(instrument)
