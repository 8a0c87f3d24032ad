"""Changing what is known of an instrument, and telling everybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from market_service.instruments.models import HaltReason, Instrument, InstrumentStatus
from market_service.quotes import services as quotes
from market_service.quotes.models import stepped
from servicekit.contracts.market import InstrumentChanged
from servicekit.messaging import Outgoing, publish_many


def instrument_edit(
    *, instrument_id: UUID, name_en: str, name_ru: str, description_en: str, description_ru: str
) -> Instrument:
    """Set an instrument's names and descriptions. Emits ``InstrumentChanged`` if they differ."""
    return _change(
        instrument_id,
        name_en=name_en,
        name_ru=name_ru,
        description_en=description_en,
        description_ru=description_ru,
    )


@transaction.atomic
def instrument_halt(*, instrument_id: UUID, reason: HaltReason = HaltReason.OPERATOR) -> Instrument:
    """Stop trading: the venue refuses orders and the quote stands. Emits ``InstrumentChanged``.

    Args:
        reason: kept for the operators. A halt because quantities do not add up stays one, even when
            an operator halts the instrument once more.
    """
    instrument = _locked(instrument_id)
    if instrument.status == InstrumentStatus.HALTED and reason == HaltReason.OPERATOR:
        return instrument
    if instrument.status == InstrumentStatus.OPEN:
        quotes.quote_stand(instrument_id=instrument_id)
    return _change(instrument_id, status=InstrumentStatus.HALTED, halt_reason=reason)


@transaction.atomic
def instrument_open(*, instrument_id: UUID) -> Instrument:
    """Resume trading at the last quote, confirmed as of now. Emits ``InstrumentChanged``."""
    instrument = _locked(instrument_id)
    if instrument.status == InstrumentStatus.OPEN:
        return instrument
    quotes.quote_reaffirm(instrument_id=instrument_id)
    return _change(instrument_id, status=InstrumentStatus.OPEN, halt_reason=HaltReason.NONE)


@transaction.atomic
def _change(instrument_id: UUID, **values: Any) -> Instrument:
    """Set the values that differ, count the version up and announce it; nothing if none does."""
    instrument = _locked(instrument_id)
    changed = {name: value for name, value in values.items() if getattr(instrument, name) != value}
    if not changed:
        return instrument
    for name, value in changed.items():
        setattr(instrument, name, value)
    instrument.version += 1
    # The named fields only: the quantity on offer belongs to executions.
    instrument.save(update_fields=[*changed, "version", "updated_at"])
    instruments_announce([instrument])
    return instrument


def _locked(instrument_id: UUID) -> Instrument:
    return Instrument.objects.select_for_update(no_key=True).get(id=instrument_id)


def instruments_announce(instruments: Iterable[Instrument]) -> None:
    """Publish an ``InstrumentChanged`` of each, with the whole description and the present quote.

    Its sequence is the instrument's version.
    """
    publish_many(Outgoing(_described(instrument), instrument.version) for instrument in instruments)


def _described(instrument: Instrument) -> InstrumentChanged:
    quote, step = instrument.quote, instrument.price_step
    return InstrumentChanged(
        instrument_id=instrument.id,
        ticker=instrument.ticker,
        isin=instrument.isin,
        type=instrument.type,
        name_en=instrument.name_en,
        name_ru=instrument.name_ru,
        currency=instrument.currency,
        lot_size=instrument.lot_size,
        price_step=stepped(step, step),
        issued_quantity=instrument.issued_quantity,
        status=instrument.status,
        price=stepped(quote.price, step),
        previous_close=stepped(quote.previous_close, step),
        price_at=quote.price_at,
    )
