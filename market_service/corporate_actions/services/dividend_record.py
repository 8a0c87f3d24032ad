"""The record moment of a dividend: who holds units then is paid."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction

from market_service.corporate_actions.errors import ActionRunning
from market_service.corporate_actions.models import ActionType
from market_service.corporate_actions.selectors import dividends_due
from market_service.corporate_actions.services.action_start import action_lock, action_start
from market_service.venue.selectors import units_traded
from servicekit.audit.actors import Actor
from servicekit.contracts.market import DividendRecorded
from servicekit.errors import ChangedMeanwhile
from servicekit.messaging.publish import publish

logger = logging.getLogger(__name__)


def dividends_record_due() -> int:
    """Record the dividends whose day has come, each in a transaction of its own. Returns how many."""
    recorded = 0
    for action_id in dividends_due().values_list("id", flat=True):
        try:
            dividend_record(action_id=action_id)
            recorded += 1
        except (ActionRunning, ChangedMeanwhile) as error:  # the next look finds it again, if it is still due
            logger.info("the dividend %s waits: %s", action_id, error.detail)
    return recorded


@transaction.atomic
def dividend_record(*, action_id: UUID, by: Actor | None = None, reason: str = "") -> None:
    """Take the moment, under the instrument's lock, and what customers hold then.

    Args:
        by, reason: the operator, and the reason for the audit trail; None: its day has come.

    Raises:
        ChangedMeanwhile: it is no announced dividend any more.
        ActionRunning: an earlier action of the instrument is not completed yet.
        ActionExists: an operator is earlier than its day, and there is a dividend of today.

    Emits:
        DividendRecorded.
    """
    action, instrument = action_lock(action_id=action_id, type=ActionType.DIVIDEND)
    action_start(action=action, instrument=instrument, by=by, reason=reason)
    assert action.per_unit is not None
    assert action.units is not None
    assert action.recorded_at is not None
    traded = units_traded(instrument_id=instrument.id)
    publish(
        DividendRecorded(
            action_id=action.id,
            instrument_id=instrument.id,
            ticker=instrument.ticker,
            per_unit=action.per_unit,
            currency=action.currency,
            units=action.units,
            recorded_at=action.recorded_at,
            bought_units=traded.bought,
            sold_units=traded.sold,
        )
    )
