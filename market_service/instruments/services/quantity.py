"""The quantity on offer: taken by buyers, returned by sellers. Each is one conditional UPDATE."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from market_service.instruments.models import Instrument, InstrumentStatus


def quantity_take(*, instrument_id: UUID, quantity: int) -> bool:
    """Take units off the offer, if the instrument is open and has that many.

    Two buyers of the last unit meet at the row: the second one's condition is checked again after
    the first has committed, so it finds nothing left.

    Returns:
        Whether they were taken; False changes nothing.
    """
    return bool(
        Instrument.objects.filter(
            id=instrument_id, status=InstrumentStatus.OPEN, available_quantity__gte=quantity
        ).update(available_quantity=F("available_quantity") - quantity)
    )


def quantity_return(*, instrument_id: UUID, quantity: int) -> bool:
    """Put units back on offer, if the instrument is open and no more would be on offer than were issued.

    Returns:
        Whether they were put back; False changes nothing.
    """
    return bool(
        Instrument.objects.filter(
            id=instrument_id,
            status=InstrumentStatus.OPEN,
            issued_quantity__gte=F("available_quantity") + quantity,
        ).update(available_quantity=F("available_quantity") + quantity)
    )
