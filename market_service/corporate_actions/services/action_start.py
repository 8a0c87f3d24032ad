"""The beginning of carrying out any corporate action, under the instrument's lock."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from market_service.corporate_actions.errors import ActionExists, ActionRunning
from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from market_service.instruments.models import Instrument
from market_service.instruments.services import instruments_lock
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.errors import ChangedMeanwhile


def action_lock(*, action_id: UUID, type: ActionType) -> tuple[CorporateAction, Instrument]:
    """An announced action and its instrument, both locked until the transaction ends.

    Raises:
        ChangedMeanwhile: it is no announced action of the type any more.
        ActionRunning: an earlier action of the instrument is not completed yet.
    """
    instrument_id = CorporateAction.objects.values_list("instrument_id", flat=True).get(pk=action_id)
    instruments_lock(instrument_ids=[instrument_id])
    instrument = Instrument.objects.select_related("quote").get(pk=instrument_id)
    action = CorporateAction.objects.select_for_update().get(pk=action_id)
    if action.state != ActionState.ANNOUNCED or action.type != type:
        raise ChangedMeanwhile
    if CorporateAction.objects.filter(instrument_id=instrument_id, state=ActionState.STARTED).exists():
        raise ActionRunning(ticker=instrument.ticker)
    return action, instrument


def action_start(*, action: CorporateAction, instrument: Instrument, by: Actor | None, reason: str) -> None:
    """Write that it is carried out now, and what customers hold. Both are locked.

    Args:
        by, reason: the operator, and the reason for the audit trail; None: its day has come.

    Raises:
        ActionExists: an operator is earlier than its day, and there is one of that type today.
    """
    now = Instrument.objects.values_list(Now(), flat=True)
    action.recorded_at = now.get(pk=instrument.pk)  # after the lock: later than every execution before it
    action.state = ActionState.STARTED
    action.units = instrument.issued_quantity - instrument.available_quantity
    today = action.recorded_at.date()
    if action.day is None or action.day > today:  # an operator is earlier
        same = CorporateAction.objects.filter(instrument_id=instrument.id, type=action.type, day=today)
        if same.exclude(state=ActionState.WITHDRAWN).exists():
            raise ActionExists(ticker=instrument.ticker, type=ActionType(action.type).label, day=today)
        action.day = today
    action.save(update_fields=["state", "recorded_at", "units", "day"])
    if by is not None:
        record(
            "corporate_action.carry_out", action, by=by, reason=reason,
            before={"state": ActionState.ANNOUNCED.value},
            after={"state": action.state, "units": action.units},
        )  # fmt: skip
