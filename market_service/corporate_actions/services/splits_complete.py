"""Splits whose positions trading_service has split: prices and units change, and trading goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC

from django.db import transaction

from market_service.clock.selectors import clock_now, market_now
from market_service.corporate_actions.models import ActionState, CorporateAction
from market_service.instruments import services as instruments
from market_service.instruments.models import Instrument
from market_service.instruments.services import AfterSplit
from market_service.quotes import services as quotes
from market_service.venue import services as venue
from servicekit.contracts.trading import SplitCompleted
from servicekit.messaging.consume import Received

logger = logging.getLogger(__name__)


@transaction.atomic
def splits_complete(*, messages: Sequence[Received[SplitCompleted]]) -> None:
    """Write prices and units after each split, and open the instrument; one that is completed stays as it is.

    Units that are not those of the record are logged as an error, and a violation for ``make check`` (I21).

    Raises:
        IntegrityError: customers hold more than is issued; nothing changed.

    Emits:
        InstrumentChanged.
    """
    for message in messages:
        _complete(message.event)


def _complete(done: SplitCompleted) -> None:
    instruments.instruments_lock(instrument_ids=[done.instrument_id])
    instrument = Instrument.objects.select_related("quote").get(pk=done.instrument_id)
    action = CorporateAction.objects.select_for_update().get(pk=done.action_id)
    if action.state != ActionState.STARTED:
        return
    assert action.old_units
    assert action.new_units
    assert action.number
    assert action.price is not None
    if action.units != done.old_units:
        logger.error(
            "the split %s was recorded for %s units, and made of %s", action.pk, action.units, done.old_units
        )
    after = AfterSplit.of(instrument, old_units=action.old_units, new_units=action.new_units)
    action.trade_seq = venue.sold_restate(instrument_id=instrument.id, sold=done.units)
    quotes.quote_split(
        instrument_id=instrument.id,
        action_id=action.id,
        old_units=action.old_units,
        new_units=action.new_units,
        price=action.price,
        previous_close=after.previous_close,
        day=min(clock_now().day, market_now().astimezone(UTC).date()),
    )
    instruments.instrument_split(
        instrument_id=instrument.id,
        after=after,
        number=action.number,
        sold=done.units,
        reopens=action.reopens,
    )
    action.state, action.units_after = ActionState.COMPLETED, done.units
    action.holders, action.amount, action.completed_at = done.holders, done.amount, done.completed_at
    action.save(update_fields=["state", "trade_seq", "units_after", "holders", "amount", "completed_at"])
