"""Editing an instrument, and publishing the change."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from market_service.instruments.errors import BeingSplit, HalfSpreadNotPossible, QuantityNotPossible
from market_service.instruments.limits import MAX_ISSUED
from market_service.instruments.models import HaltReason, Instrument, InstrumentStatus
from market_service.quotes import services as quotes
from market_service.quotes.models import stepped
from market_service.search.services import InstrumentTexts, words_write
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts.market import InstrumentChanged
from servicekit.errors import ChangedMeanwhile
from servicekit.messaging.publish import Outgoing, publish_changes, publish_many


@transaction.atomic
def instrument_edit(
    *,
    instrument_id: UUID,
    name_en: str,
    name_ru: str,
    description_en: str,
    description_ru: str,
    version: int | None = None,
    by: Actor | None = None,
) -> Instrument:
    """Set an instrument's names and descriptions. Emits ``InstrumentChanged`` if they differ.

    Args:
        version: of the instrument as the operator saw it.

    Raises:
        ChangedMeanwhile: it has another version.
    """
    wording = {
        "name_en": name_en,
        "name_ru": name_ru,
        "description_en": description_en,
        "description_ru": description_ru,
    }
    instrument = _locked(instrument_id)
    if version is not None and instrument.version != version:
        raise ChangedMeanwhile
    before = {name: getattr(instrument, name) for name, value in wording.items()}
    changed = _change(instrument_id, **wording)
    differs = [name for name, value in wording.items() if before[name] != value]
    if by is not None and differs:
        record(
            "instrument.edit", changed, by=by,
            before={name: before[name] for name in differs}, after={name: wording[name] for name in differs},
        )  # fmt: skip
    return changed


@transaction.atomic
def instrument_halt(
    *,
    instrument_id: UUID,
    halt_reason: HaltReason = HaltReason.OPERATOR,
    by: Actor | None = None,
    reason: str = "",
) -> Instrument:
    """Stop trading: the venue refuses orders and the quote stands. Emits ``InstrumentChanged``.

    Args:
        halt_reason: kept for the operators. A halt because quantities do not add up stays one, even when
            an operator halts the instrument once more.
        by, reason: the operator, and the reason for the audit trail; None: the exchange itself.
    """
    instrument = _locked(instrument_id)
    before = _state(instrument)
    if instrument.status != InstrumentStatus.HALTED or halt_reason != HaltReason.OPERATOR:
        if instrument.status == InstrumentStatus.OPEN:
            quotes.quote_stand(instrument_id=instrument_id)
        instrument = _change(instrument_id, status=InstrumentStatus.HALTED, halt_reason=halt_reason)
    if by is not None:
        record("instrument.halt", instrument, by=by, reason=reason, before=before, after=_state(instrument))
    return instrument


@transaction.atomic
def instrument_open(*, instrument_id: UUID, by: Actor | None = None, reason: str = "") -> Instrument:
    """Resume trading at the last quote, confirmed as of now. Emits ``InstrumentChanged``.

    Args:
        by, reason: as with :func:`instrument_halt`.
    """
    instrument = _locked(instrument_id)
    before = _state(instrument)
    if instrument.status != InstrumentStatus.OPEN:
        quotes.quote_reaffirm(instrument_id=instrument_id)
        instrument = _change(instrument_id, status=InstrumentStatus.OPEN, halt_reason=HaltReason.NONE)
    if by is not None:
        record("instrument.open", instrument, by=by, reason=reason, before=before, after=_state(instrument))
    return instrument


@transaction.atomic
def instrument_reprice(*, instrument_id: UUID, price: Decimal, by: Actor, reason: str) -> Instrument:
    """Set the latest price; the feed goes on from it. Emits ``InstrumentChanged``.

    Raises:
        PriceNotPossible: not above zero, too high, or not a multiple of the price step.
    """
    instrument = _locked(instrument_id)
    before = quotes.quote_set(instrument_id=instrument_id, price=price, price_step=instrument.price_step)
    instrument.version += 1
    instrument.save(update_fields=["version", "updated_at"])
    instrument.refresh_from_db()
    instruments_announce([instrument])
    record(
        "instrument.price", instrument, by=by, reason=reason,
        before={"price": before.normalize()}, after={"price": price.normalize()},
    )  # fmt: skip
    return instrument


@transaction.atomic
def instrument_reissue(*, instrument_id: UUID, issued_quantity: int, by: Actor, reason: str) -> Instrument:
    """Issue more or less of an instrument: what is on offer changes, what is sold stays sold.

    Emits ``InstrumentChanged``.

    Raises:
        QuantityNotPossible: less than was sold, less than one, or more than an instrument may have.
    """
    instrument = _locked(instrument_id)
    sold = instrument.issued_quantity - instrument.available_quantity
    if not max(sold, 1) <= issued_quantity <= MAX_ISSUED:
        raise QuantityNotPossible(lowest=max(sold, 1), limit=MAX_ISSUED, value=issued_quantity)
    before = {"issued": instrument.issued_quantity, "available": instrument.available_quantity}
    changed = _change(
        instrument_id, issued_quantity=issued_quantity, available_quantity=issued_quantity - sold
    )
    after = {"issued": changed.issued_quantity, "available": changed.available_quantity}
    record("instrument.quantity", changed, by=by, reason=reason, before=before, after=after)
    return changed


@transaction.atomic
def instrument_house(
    *, instrument_id: UUID, house: bool, half_spread: Decimal | None, by: Actor, reason: str
) -> Instrument:
    """Switch the house's own offer on or off, and set how far from the quote it is.

    Nobody else is told: what others know is the quote.

    Args:
        half_spread: of the ask above the quote and of the bid below it, in the instrument's currency; None:
            by the price.

    Raises:
        HalfSpreadNotPossible: below zero, or not less than the quote.
    """
    instrument = _locked(instrument_id)
    if half_spread is not None and not (
        half_spread.is_finite() and 0 <= half_spread < instrument.quote.price
    ):
        raise HalfSpreadNotPossible(limit=instrument.quote.price.normalize(), value=half_spread)
    before = _house(instrument)
    instrument.house, instrument.half_spread = house, half_spread
    instrument.save(update_fields=["house", "half_spread", "updated_at"])
    record("instrument.house", instrument, by=by, reason=reason, before=before, after=_house(instrument))
    return instrument


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
    if changed.keys() & InstrumentTexts._fields:
        instruments_word([instrument])
    instruments_announce([instrument])
    if "status" in changed:
        publish_changes([str(instrument_id)])  # who looks at its book sees at once whether it trades
    return instrument


def _state(instrument: Instrument) -> dict[str, str]:
    return {"status": instrument.status, "halt_reason": instrument.halt_reason}


def _house(instrument: Instrument) -> dict[str, Any]:
    half = instrument.half_spread
    return {"house": instrument.house, "half_spread": None if half is None else half.normalize()}


def _locked(instrument_id: UUID) -> Instrument:
    """The instrument, to be changed.

    Raises:
        BeingSplit: nothing of it may change now.
    """
    instrument = Instrument.objects.select_for_update(no_key=True).get(id=instrument_id)
    if instrument.halt_reason == HaltReason.SPLIT:
        raise BeingSplit(ticker=instrument.ticker)
    return instrument


def instruments_announce(instruments: Iterable[Instrument]) -> None:
    """Publish an ``InstrumentChanged`` of each, with the whole description and the present quote.

    Its sequence is the instrument's version.
    """
    publish_many(Outgoing(_described(instrument), instrument.version) for instrument in instruments)


def instruments_word(instruments: Iterable[Instrument]) -> None:
    """Write the words by which each is found, of those that are quoted."""
    fields = InstrumentTexts._fields[1:]
    words_write(InstrumentTexts(one.id, *(getattr(one, name) for name in fields)) for one in instruments)


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
        splits=instrument.splits,
    )
