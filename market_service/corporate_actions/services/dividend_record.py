"""The record moment of a dividend: who holds units then is paid."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import connection, transaction

from market_service.corporate_actions.errors import ActionExists, ActionRunning
from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from market_service.corporate_actions.selectors import actions_due
from market_service.instruments.services import instruments_lock
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts.market import DividendRecorded
from servicekit.errors import ChangedMeanwhile
from servicekit.messaging.publish import publish

logger = logging.getLogger(__name__)


def dividends_record_due() -> int:
    """Record the dividends whose day has come, each in a transaction of its own. Returns how many."""
    recorded = 0
    for action_id in actions_due(ActionType.DIVIDEND):
        try:
            dividend_record(action_id=action_id)
            recorded += 1
        except (ActionRunning, ChangedMeanwhile) as error:  # the next look finds it again, if it is still due
            logger.info("the dividend %s waits: %s", action_id, error.detail)
    return recorded


@transaction.atomic
def dividend_record(*, action_id: UUID, by: Actor | None = None, why: str = "") -> None:
    """Take the moment, under the instrument's lock, and what customers hold then.

    Args:
        by, why: the operator, and the reason for the audit trail; None: its day has come.

    Raises:
        ChangedMeanwhile: it is no announced dividend any more.
        ActionRunning: an earlier action of the instrument is not completed yet.
        ActionExists: an operator is earlier than its day, and there is a dividend of today.

    Emits:
        DividendRecorded.
    """
    instrument_id = CorporateAction.objects.values_list("instrument_id", flat=True).get(pk=action_id)
    instrument = instruments_lock(instrument_ids=[instrument_id])[instrument_id]
    action = CorporateAction.objects.select_for_update().get(pk=action_id)
    if action.state != ActionState.ANNOUNCED or action.type != ActionType.DIVIDEND or action.per_unit is None:
        raise ChangedMeanwhile
    if CorporateAction.objects.filter(instrument_id=instrument_id, state=ActionState.STARTED).exists():
        raise ActionRunning(ticker=instrument.ticker)
    with connection.cursor() as cursor:  # after the lock: later than every execution before it
        cursor.execute("SELECT statement_timestamp()")
        (action.recorded_at,) = cursor.fetchone()
    action.state = ActionState.STARTED
    action.units = instrument.issued_quantity - instrument.available_quantity
    today = action.recorded_at.date()
    if action.day is None or action.day > today:  # an operator is earlier
        same = CorporateAction.objects.filter(instrument_id=instrument_id, type=action.type, day=today)
        if same.exclude(state=ActionState.WITHDRAWN).exists():
            raise ActionExists(ticker=instrument.ticker, type=ActionType(action.type).label, day=today)
        action.day = today
    action.save(update_fields=["state", "recorded_at", "units", "day"])
    if by is not None:
        record(
            "corporate_action.carry_out", action, by=by, reason=why,
            before={"state": ActionState.ANNOUNCED.value},
            after={"state": action.state, "units": action.units},
        )  # fmt: skip
    publish(
        DividendRecorded(
            action_id=action.id,
            instrument_id=instrument_id,
            ticker=instrument.ticker,
            per_unit=action.per_unit,
            currency=action.currency,
            units=action.units,
            recorded_at=action.recorded_at,
        )
    )
