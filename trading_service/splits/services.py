"""The only writer of splits: takes what market has recorded, splits the positions, tells their holders.

When the record is handled, trading is halted, and every execution is booked, or has failed and waits; the
record's own count of them says when one was lost on its way, and the split waits for it.
Orders that were on their way to the venue are refused there; until their units are free, the split waits.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts.market import SplitRecorded
from servicekit.contracts.trading import SplitAllocated, SplitCompleted
from servicekit.database.bulk import Insert
from servicekit.faults import fault_point
from servicekit.ids import new_id
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.telemetry import Origin
from trading_service.alerts.services import alerts_split
from trading_service.orders.selectors import fills_missing
from trading_service.positions.services import PositionsHeld, Prices, Ratio, positions_split
from trading_service.reference.services import instrument_split, splits_expect
from trading_service.splits.models import Split, SplitShare
from trading_service.splits.selectors import splits_pending

logger = logging.getLogger(__name__)

#: Holders who are told in one transaction.
PORTION = 500

_TERMS = (
    "number", "old_units", "new_units", "price", "previous_close", "price_step", "lot_size",
    "issued_quantity", "currency", "units", "bought_units", "sold_units", "recorded_at",
)  # fmt: skip


class _Share(NamedTuple):
    """A row of :class:`SplitShare`."""

    id: UUID
    split_id: UUID
    user_id: UUID
    old_quantity: int
    quantity: int
    amount: int


_INSERT = Insert(SplitShare, _Share)


@transaction.atomic
def splits_take(*, messages: Sequence[Received[SplitRecorded]]) -> None:
    """Keep splits to be applied, and take no orders for their instruments; a known one stays as it is."""
    Split.objects.bulk_create(
        [
            Split(
                id=message.event.action_id,
                instrument_id=message.event.instrument_id,
                request_id=message.request_id,
                **{name: getattr(message.event, name) for name in _TERMS},
            )
            for message in messages
        ],
        ignore_conflicts=True,
    )
    splits_expect(splits=[message.event for message in messages])


def splits_apply() -> int:
    """Apply all splits that are not, and tell the holders of all that are not completed.

    Returns:
        How many holders were told.
    """
    informed = 0
    for split_id in splits_pending().values_list("id", flat=True):
        try:
            split_apply(split_id=split_id)
        except PositionsHeld:
            logger.info("the split %s waits: units are set aside for orders that have not ended", split_id)
            continue
        fault_point("split.after_commit")
        while (portion := split_allocate(split_id=split_id)) is not None:
            informed += portion
    return informed


@transaction.atomic
def split_apply(*, split_id: UUID) -> None:
    """Split every position of the instrument, its prices and alerts here, all at once: no value jumps.

    No-op when it is done. Waits until every fill of before the record is booked.

    Raises:
        PositionsHeld: orders that hold units have not ended; nothing was changed.
    """
    found = Split.objects.select_related("instrument").select_for_update(skip_locked=True, of=("self",))
    split = found.filter(id=split_id, applied_at=None).first()
    if split is None:
        return
    if fills_missing(
        instrument_id=split.instrument_id,
        until=split.recorded_at,
        bought_units=split.bought_units,
        sold_units=split.sold_units,
    ):
        logger.warning("the split %s waits: a fill of before its record may be missing", split_id)
        return
    prices = Prices(split.instrument.previous_close, split.previous_close, split.price, split.currency)
    ratio = Ratio(split.old_units, split.new_units)
    for portion in positions_split(
        instrument_id=split.instrument_id, ratio=ratio, prices=prices, at=split.recorded_at
    ):
        _INSERT.run([_Share(new_id(), split.id, *share) for share in portion])
        split.holders += len(portion)
        split.old_quantity += sum(share.old_quantity for share in portion)
        split.quantity += sum(share.quantity for share in portion)
        split.amount += sum(share.amount for share in portion)
    instrument_split(
        instrument_id=split.instrument_id,
        number=split.number,
        at=split.recorded_at,
        price=split.price,
        previous_close=split.previous_close,
        price_step=split.price_step,
        lot_size=split.lot_size,
        issued_quantity=split.issued_quantity,
    )
    alerts_split(instrument_id=split.instrument_id, old_units=split.old_units, new_units=split.new_units)
    split.applied_at = timezone.now()
    split.save()
    fault_point("split.before_commit")


@transaction.atomic
def split_allocate(*, split_id: UUID, limit: int = PORTION) -> int | None:
    """Tell the next holders what their positions became, and how far that has come; once all, the sums.

    Returns:
        How many were told; None when there is nothing to do now.

    Emits:
        SplitAllocated for each holder; SplitCompleted after the last.
    """
    found = Split.objects.select_related("instrument").select_for_update(skip_locked=True, of=("self",))
    split = found.filter(id=split_id, completed_at=None, applied_at__isnull=False).first()
    if split is None:
        return None
    shares = SplitShare.objects.filter(split=split).order_by("user_id")
    if split.allocated_to:
        shares = shares.filter(user_id__gt=split.allocated_to)
    portion = list(shares[:limit])
    if portion:
        split.allocated_to = portion[-1].user_id
    cause = Origin(split.request_id)
    outgoing = [Outgoing(_allocated(split, share), cause=cause) for share in portion]
    if len(portion) < limit:
        split.completed_at = timezone.now()
        outgoing.append(Outgoing(_completed(split), cause=cause))
    split.save()
    publish_many(outgoing)
    return len(portion)


def _allocated(split: Split, share: SplitShare) -> SplitAllocated:
    assert split.applied_at is not None
    return SplitAllocated(
        allocation_id=share.id,
        action_id=split.id,
        user_id=share.user_id,
        instrument_id=split.instrument_id,
        ticker=split.instrument.ticker,
        old_units=split.old_units,
        new_units=split.new_units,
        old_quantity=share.old_quantity,
        quantity=share.quantity,
        price=split.price,
        amount=share.amount,
        currency=split.currency,
        allocated_at=split.applied_at,
    )


def _completed(split: Split) -> SplitCompleted:
    assert split.completed_at is not None
    return SplitCompleted(
        action_id=split.id,
        instrument_id=split.instrument_id,
        holders=split.holders,
        old_units=split.old_quantity,
        units=split.quantity,
        amount=split.amount,
        currency=split.currency,
        completed_at=split.completed_at,
    )
