"""Carrying out a split, in steps that may each be repeated: halt, empty the book, record; and once
trading_service has split the positions, change the prices and go on.

No execution comes between the halt and the end, so what customers hold at the halt is what is split.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction

from market_service.corporate_actions.errors import QuantitiesUnclear
from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from market_service.corporate_actions.selectors import actions_due, splits_started
from market_service.corporate_actions.services.action_announce import split_check
from market_service.corporate_actions.services.action_start import action_lock, action_start
from market_service.instruments import services as instruments
from market_service.instruments.models import HaltReason, Instrument
from market_service.instruments.services import AfterSplit
from market_service.quotes.models import stepped
from market_service.venue import services as venue
from market_service.venue.selectors import units_traded
from market_service.venue.services.book_clear import LIMIT
from servicekit.audit.actors import Actor
from servicekit.contracts.market import SplitRecorded
from servicekit.errors import DomainError
from servicekit.faults import fault_point
from servicekit.messaging.publish import publish

logger = logging.getLogger(__name__)


def splits_advance() -> int:
    """Start the splits whose day has come, and record those that are started. Returns how many of these."""
    for action_id in actions_due(ActionType.SPLIT).values_list("id", flat=True):
        try:
            split_start(action_id=action_id)
        except DomainError as error:  # the next look finds it again, if it is still due
            logger.warning("the split %s waits: %s", action_id, error.detail)
    recorded = 0
    for action_id, instrument_id in splits_started().values_list("id", "instrument_id"):
        fault_point("split.after_halt")
        while venue.book_clear(instrument_id=instrument_id) == LIMIT:
            pass
        fault_point("split.after_cancel")
        recorded += split_record(action_id=action_id)
        fault_point("split.after_record")
    return recorded


@transaction.atomic
def split_start(*, action_id: UUID, by: Actor | None = None, reason: str = "") -> None:
    """Halt the instrument; :func:`splits_advance` goes on from there.

    Args:
        by, reason: the operator, and the reason for the audit trail; None: its day has come.

    Raises:
        ChangedMeanwhile: it is no announced split any more.
        ActionRunning: an earlier action of the instrument is not completed yet.
        ActionExists: an operator is earlier than its day, and there is a split of today.
        QuantitiesUnclear: the instrument is halted because its quantities do not add up.
        SplitOutOfRange: the price or the units would be out of their limits by now.

    Emits:
        InstrumentChanged.
    """
    action, instrument = action_lock(action_id=action_id, type=ActionType.SPLIT)
    if instrument.halt_reason == HaltReason.QUANTITIES:
        raise QuantitiesUnclear(ticker=instrument.ticker)
    split_check(instrument, old_units=action.old_units, new_units=action.new_units)
    action_start(action=action, instrument=instrument, by=by, reason=reason)
    action.reopens = instruments.instrument_split_begin(instrument_id=instrument.id)
    action.save(update_fields=["reopens"])


@transaction.atomic
def split_record(*, action_id: UUID) -> bool:
    """Tell that the positions are to be split, now that nothing rests and nothing can.

    Returns:
        Whether it is told now; otherwise it was before, or something rests.

    Emits:
        SplitRecorded.
    """
    instrument_id = CorporateAction.objects.values_list("instrument_id", flat=True).get(pk=action_id)
    instruments.instruments_lock(instrument_ids=[instrument_id])
    instrument = Instrument.objects.select_related("quote").get(pk=instrument_id)
    action = CorporateAction.objects.select_for_update().get(pk=action_id)
    if action.state != ActionState.STARTED or action.number is not None:
        return False
    if venue.book_clear(instrument_id=instrument_id):
        return False
    assert action.old_units
    assert action.new_units
    assert action.units is not None
    assert action.recorded_at is not None
    after = AfterSplit.of(instrument, old_units=action.old_units, new_units=action.new_units)
    action.number, action.price = instrument.splits + 1, after.price
    action.save(update_fields=["number", "price"])
    traded = units_traded(instrument_id=instrument_id)
    publish(
        SplitRecorded(
            action_id=action.id,
            instrument_id=instrument_id,
            ticker=instrument.ticker,
            number=action.number,
            old_units=action.old_units,
            new_units=action.new_units,
            price=after.price,
            previous_close=stepped(after.previous_close, after.price_step),
            price_step=stepped(after.price_step, after.price_step),
            lot_size=after.lot_size,
            issued_quantity=after.issued_quantity,
            currency=action.currency,
            units=action.units,
            recorded_at=action.recorded_at,
            bought_units=traded.bought,
            sold_units=traded.sold,
        )
    )
    return True
