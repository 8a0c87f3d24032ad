"""Operators' action on a resting order: cancel it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from market_service.instruments.services import instruments_lock
from market_service.venue import services
from market_service.venue.matching import decimal
from market_service.venue.models import RestingOrder
from servicekit.admin.columns import price_text
from servicekit.admin.operations import Fact, Operation, calls


def _facts(resting: RestingOrder) -> Sequence[Fact]:
    instrument = resting.instrument
    return (
        Fact(_("instrument"), instrument.ticker),
        Fact(_("side"), resting.get_side_display()),
        Fact(_("limit price"), price_text(decimal(abs(resting.rank)), instrument.currency)),
        Fact(_("quantity"), number_format(resting.quantity, force_grouping=True)),
        Fact(_("remaining"), number_format(resting.remaining, force_grouping=True)),
    )


def _lock(resting: RestingOrder) -> RestingOrder:
    """A book is changed under its instrument's lock, which comes before any row of the book."""
    instruments_lock(instrument_ids=[resting.instrument_id])
    return RestingOrder.objects.select_related("instrument").get(pk=resting.pk)


CANCEL = Operation(
    name="cancel",
    title=_("Cancel the order"),
    done=_("The order is canceled."),
    facts=_facts,
    lock=_lock,
    act=calls(services.order_cancel, "order_id"),
    note=_("What is left of it is canceled. The customer reads the reason as it is written here."),
)
