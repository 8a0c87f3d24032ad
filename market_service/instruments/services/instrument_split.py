"""What a split changes of an instrument: it is halted for it, then its numbers change, and it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from market_service.instruments.models import HaltReason, Instrument, InstrumentStatus
from market_service.instruments.services.instrument_edit import instruments_announce
from market_service.quotes import services as quotes
from market_service.quotes.models import stepped
from servicekit.contracts.values import PRICE_DIGITS
from servicekit.messaging.publish import publish_changes

#: The smallest difference of two prices that can be written.
_FINEST = Decimal(1).scaleb(-PRICE_DIGITS)
#: A price of fewer steps than these after a split gets a finer step.
_STEPS = 100


@dataclass(frozen=True)
class AfterSplit:
    """The numbers of an instrument after a split; prices in its currency, quantities in new units."""

    price: Decimal
    previous_close: Decimal
    price_step: Decimal
    lot_size: int
    issued_quantity: int
    half_spread: Decimal | None

    @classmethod
    def of(cls, instrument: Instrument, *, old_units: int, new_units: int) -> AfterSplit:
        """What it will be, if every ``old_units`` become ``new_units``.

        The price is rounded to the step, which gets finer where a hundred steps were more than the price. The
        lot shrinks with the units, and does not grow.
        """

        def after(price: Decimal) -> Decimal:
            return max((price * old_units / new_units).quantize(_FINEST), _FINEST)

        step, quote = instrument.price_step, instrument.quote
        while step > _FINEST and new_units > old_units and after(quote.price) < _STEPS * step:
            step = max(step / 10, _FINEST)
        price = stepped(after(quote.price), step)
        half = instrument.half_spread
        if half is not None:
            half = (half * old_units / new_units).quantize(_FINEST)
        return cls(
            price=price,
            previous_close=after(quote.previous_close),
            price_step=step,
            lot_size=min(instrument.lot_size, max(1, instrument.lot_size * new_units // old_units)),
            issued_quantity=instrument.issued_quantity * new_units // old_units,
            half_spread=half if half is None or half < price else None,
        )


def instrument_split_begin(*, instrument_id: UUID) -> bool:
    """Halt an instrument until it is split; nobody may open or change it meanwhile. In a transaction, locked.

    Returns:
        Whether it traded before.

    Emits:
        ``InstrumentChanged``.
    """
    instrument = Instrument.objects.select_for_update(no_key=True).get(id=instrument_id)
    traded = instrument.status == InstrumentStatus.OPEN
    if traded:
        quotes.quote_stand(instrument_id=instrument_id)
    instrument.status, instrument.halt_reason = InstrumentStatus.HALTED, HaltReason.SPLIT
    _write(instrument, "status", "halt_reason")
    return traded


def instrument_split(
    *, instrument_id: UUID, after: AfterSplit, number: int, sold: int, reopens: bool
) -> Instrument:
    """Write an instrument's numbers after a split, but not its quote, and let it trade again.

    Args:
        number: of the split.
        sold: units that customers hold now; the rest of what is issued is on offer.
        reopens: whether it trades; otherwise an operator's halt goes on.

    Raises:
        IntegrityError: customers hold more than is issued; nothing changed.

    Emits:
        ``InstrumentChanged``.
    """
    instrument = Instrument.objects.select_related("quote").select_for_update(no_key=True, of=("self",)).get(
        id=instrument_id
    )  # fmt: skip
    instrument.price_step, instrument.lot_size = after.price_step, after.lot_size
    instrument.half_spread, instrument.splits = after.half_spread, number
    instrument.issued_quantity = after.issued_quantity
    instrument.available_quantity = after.issued_quantity - sold
    instrument.status = InstrumentStatus.OPEN if reopens else InstrumentStatus.HALTED
    instrument.halt_reason = HaltReason.NONE if reopens else HaltReason.OPERATOR
    _write(
        instrument, "price_step", "lot_size", "half_spread", "splits", "issued_quantity",
        "available_quantity", "status", "halt_reason",
    )  # fmt: skip
    return instrument


def _write(instrument: Instrument, *fields: str) -> None:
    instrument.version += 1
    instrument.save(update_fields=[*fields, "version", "updated_at"])
    instruments_announce([instrument])
    if "status" in fields:
        publish_changes([str(instrument.id)])
