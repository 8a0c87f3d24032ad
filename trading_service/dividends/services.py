"""The only writer of dividends: takes what market has recorded, and tells what each holder is paid.

An execution of the instrument is before the record or after it. Those before it stand before it on the same
stream, so they are booked by then, or have failed and wait; and when one was lost on its way, the record's
own count of them says so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.contracts.market import DividendRecorded
from servicekit.contracts.trading import DividendAllocated, DividendCompleted
from servicekit.database.bulk import Insert
from servicekit.ids import new_id
from servicekit.messaging.consume import Received
from servicekit.messaging.publish import Outgoing, publish_many
from servicekit.money import EXACT, amount_minor
from servicekit.telemetry import Origin
from trading_service.dividends.models import Dividend, DividendAllocation
from trading_service.dividends.selectors import Holder, dividends_pending, holders_at
from trading_service.orders.selectors import fills_missing

logger = logging.getLogger(__name__)

#: Holders of one transaction.
PORTION = 500


class _Share(NamedTuple):
    """A row of :class:`DividendAllocation`."""

    id: UUID
    dividend_id: UUID
    user_id: UUID
    quantity: int
    amount: int


_INSERT = Insert(DividendAllocation, _Share)


@transaction.atomic
def dividends_take(*, messages: Sequence[Received[DividendRecorded]]) -> None:
    """Keep dividends to be allocated; one that is known stays as it is."""
    Dividend.objects.bulk_create(
        [
            Dividend(
                id=message.event.action_id,
                instrument_id=message.event.instrument_id,
                per_unit=message.event.per_unit,
                currency=message.event.currency,
                units=message.event.units,
                bought_units=message.event.bought_units,
                sold_units=message.event.sold_units,
                recorded_at=message.event.recorded_at,
                request_id=message.request_id,
            )
            for message in messages
        ],
        ignore_conflicts=True,
    )


def dividends_allocate(*, limit: int = PORTION) -> int:
    """Allocate all dividends that are not completed, ``limit`` holders in a transaction.

    Returns:
        How many holders were done.
    """
    done = 0
    for dividend_id in dividends_pending().values_list("id", flat=True):
        while (portion := dividend_allocate(dividend_id=dividend_id, limit=limit)) is not None:
            done += portion
    return done


@transaction.atomic
def dividend_allocate(*, dividend_id: UUID, limit: int = PORTION) -> int | None:
    """Tell the next holders of a dividend what they are paid, and how far that has come; once all, the sums.

    Begins once every fill of before the record is booked.

    Returns:
        How many holders were done; None when there is nothing to do now.

    Emits:
        DividendAllocated for each holder who is paid a minor unit at least; DividendCompleted after the last.
    """
    dividend = (
        Dividend.objects.select_related("instrument")
        .select_for_update(skip_locked=True, of=("self",))
        .filter(id=dividend_id, completed_at=None)
        .first()
    )
    if dividend is None:
        return None
    if dividend.allocated_to is None and fills_missing(
        instrument_id=dividend.instrument_id,
        until=dividend.recorded_at,
        bought_units=dividend.bought_units,
        sold_units=dividend.sold_units,
    ):
        logger.warning("the dividend %s waits: a fill of before its record may be missing", dividend_id)
        return None
    holders = holders_at(
        instrument_id=dividend.instrument_id,
        at=dividend.recorded_at,
        after=dividend.allocated_to,
        limit=limit,
    )
    shares = [_share(dividend, holder) for holder in holders if holder.quantity]
    _INSERT.defer(shares)
    dividend.holders += len(shares)
    dividend.held_units += sum(share.quantity for share in shares)
    dividend.amount += sum(share.amount for share in shares)
    if holders:
        dividend.allocated_to = holders[-1].user_id
    now = timezone.now()
    cause = Origin(dividend.request_id)
    outgoing = [Outgoing(_allocated(dividend, share, now), cause=cause) for share in shares if share.amount]
    if len(holders) < limit:
        dividend.completed_at = now
        outgoing.append(Outgoing(_completed(dividend), cause=cause))
    dividend.save()
    publish_many(outgoing)
    return len(holders)


def _share(dividend: Dividend, holder: Holder) -> _Share:
    value = EXACT.multiply(dividend.per_unit, holder.quantity)
    amount = amount_minor(value, "sell", dividend.currency)  # rounded down
    return _Share(new_id(), dividend.id, holder.user_id, holder.quantity, amount)


def _allocated(dividend: Dividend, share: _Share, now: datetime) -> DividendAllocated:
    return DividendAllocated(
        allocation_id=share.id,
        action_id=dividend.id,
        user_id=share.user_id,
        instrument_id=dividend.instrument_id,
        ticker=dividend.instrument.ticker,
        quantity=share.quantity,
        per_unit=dividend.per_unit,
        amount=share.amount,
        currency=dividend.currency,
        allocated_at=now,
    )


def _completed(dividend: Dividend) -> DividendCompleted:
    assert dividend.completed_at is not None
    return DividendCompleted(
        action_id=dividend.id,
        instrument_id=dividend.instrument_id,
        holders=dividend.holders,
        units=dividend.held_units,
        amount=dividend.amount,
        currency=dividend.currency,
        completed_at=dividend.completed_at,
    )
